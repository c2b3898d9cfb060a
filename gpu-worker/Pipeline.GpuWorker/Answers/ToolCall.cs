namespace Pipeline.GpuWorker.Answers;

/// <summary>A call of a function that the model asks for.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">Its arguments as JSON text, as the model wrote them.</param>
internal sealed record ToolCall(string Name, string Arguments);
