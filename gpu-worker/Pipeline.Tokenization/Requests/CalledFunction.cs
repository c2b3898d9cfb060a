namespace Pipeline.Tokenization.Requests;

/// <summary>A call that the model made earlier in the conversation.</summary>
/// <param name="Id">What its result refers to.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments as JSON text, as the model wrote them.</param>
internal sealed record CalledFunction(string Id, string Name, string Arguments)
{
    /// <summary>Reads <c>name</c> and <c>arguments</c>.</summary>
    public static CalledFunction Read(string id, RequestFields function) => new(
        id,
        function.Text("name") ?? throw RequestErrorException.Missing(function.PathOf("name")),
        function.Text("arguments") ?? throw RequestErrorException.Missing(function.PathOf("arguments")));
}
