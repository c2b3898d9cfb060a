using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers.Reading;

/// <summary>Reads the calls between two marks, without white space at the ends.</summary>
/// <returns>Null where the text is no call, or not whole.</returns>
internal delegate IReadOnlyList<CalledFunction>? CallReader(string text, ToolUse tools);
