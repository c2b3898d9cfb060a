namespace Pipeline.Tokenization.Requests;

/// <summary>The form of the text that is asked for: <c>response_format</c> of a chat, <c>text.format</c> of a response.</summary>
internal static class TextFormat
{
    /// <param name="format">The parameter's own fields.</param>
    public static void Check(RequestFields format)
    {
        string type = format.Text("type") ?? throw RequestErrorException.Missing(format.PathOf("type"));
        if (type != "text")
        {
            string path = format.PathOf("type")[..^".type".Length];
            throw RequestErrorException.UnsupportedValue(path, $"'{path}' does not support '{type}' with this model. Only 'text' is supported.");
        }
        format.RefuseOthers(new HashSet<string>());
    }
}
