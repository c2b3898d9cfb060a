using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>What a message says: a text, or parts of one.</summary>
internal static class MessageContent
{
    /// <param name="message">The message.</param>
    /// <param name="partTypes">The type of the parts that are text; several with a bar between.</param>
    /// <param name="mayLack">Whether it may say nothing.</param>
    /// <param name="name">The field.</param>
    /// <returns>Null where it says nothing.</returns>
    public static string? Read(RequestFields message, string partTypes, bool mayLack, string name = "content")
    {
        string path = message.PathOf(name);
        if (!message.TryGet(name, out JsonElement content))
        {
            return mayLack ? null : throw RequestErrorException.Missing(path);
        }
        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array when content.GetArrayLength() > 0 =>
                // Parts are paragraphs: most templates know texts only, and other servers join them this way too.
                string.Join('\n', content.EnumerateArray().Select((part, i) => ReadPart(new RequestFields(part, $"{path}[{i}]"), partTypes.Split('|')))),
            JsonValueKind.Array => throw RequestErrorException.EmptyArray(path),
            _ => throw RequestErrorException.WrongType(path, "a string or an array of objects", content),
        };
    }

    private static string ReadPart(RequestFields part, string[] types)
    {
        string type = part.Text("type") ?? throw RequestErrorException.Missing(part.PathOf("type"));
        if (!types.Contains(type))
        {
            string supported = types.Length == 1 ? $"'{types[0]}' is" : $"{string.Join(" and ", types.Select(known => $"'{known}'"))} are";
            throw RequestErrorException.UnsupportedValue(part.PathOf("type"),
                $"'{part.PathOf("type")}' does not support '{type}' with this model. Only {supported} supported.");
        }
        string text = part.Text("text") ?? throw RequestErrorException.Missing(part.PathOf("text"));
        if (type == "output_text")
        {
            part.TryGet("annotations", out _);
            part.TryGet("logprobs", out _);
        }
        part.RefuseOthers(new HashSet<string>());
        return text;
    }
}
