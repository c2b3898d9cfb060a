namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>A call as the model wrote it, before it has an id.</summary>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments as JSON text.</param>
internal sealed record CalledFunction(string Name, string Arguments);
