namespace Pipeline.GpuWorker.Answers;

/// <summary>A call of a function that the model asks for.</summary>
/// <param name="Id">Names the call, so that the next request can say which call a result belongs to.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">Its arguments as JSON text, as the model wrote them.</param>
internal sealed record ToolCall(string Id, string Name, string Arguments);
