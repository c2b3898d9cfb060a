namespace Pipeline.Data.Batches;

/// <summary>A checked line of a batch's input, ready to be written.</summary>
/// <param name="Line">1-based line in the input file.</param>
/// <param name="CustomId">The submitter's own name for it.</param>
/// <param name="Url">The API path.</param>
/// <param name="Body">The request as UTF-8 JSON; copied when the job is added.</param>
public readonly record struct NewJob(int Line, string CustomId, string Url, ReadOnlyMemory<byte> Body);
