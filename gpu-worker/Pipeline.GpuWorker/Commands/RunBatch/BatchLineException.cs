namespace Pipeline.GpuWorker.Commands.RunBatch;

/// <summary>A line of a batch's input file that is no request.</summary>
/// <param name="code">What is wrong, as OpenAI names it.</param>
/// <param name="customId">The line's id, if it has one.</param>
/// <param name="message">What is wrong, with the line's number.</param>
internal sealed class BatchLineException(string code, string? customId, string message) : Exception(message)
{
    public string Code { get; } = code;

    public string? CustomId { get; } = customId;
}
