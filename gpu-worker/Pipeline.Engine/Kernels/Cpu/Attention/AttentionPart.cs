namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>Rows of a chunk and key-value heads that are computed together: over their whole context, or in spans of it.</summary>
/// <param name="FirstBlock">Where the chunk's block numbers begin.</param>
/// <param name="FirstRow">The first of the step's rows.</param>
/// <param name="Rows">How many.</param>
/// <param name="FirstVisible">Tokens up to the first row's own; each further row has one more.</param>
/// <param name="Window">Of these, the last that a row attends over.</param>
/// <param name="FirstKey">Where a tile begins that holds the first key that any of the rows sees.</param>
/// <param name="FirstHead">The first key-value head.</param>
/// <param name="Heads">How many.</param>
/// <param name="Spans">Pieces that the context is cut into.</param>
/// <param name="SpanKeys">Keys in each, but for the last.</param>
/// <param name="Partial">Where the results of spans are kept until they are merged: a number of rows.</param>
internal readonly record struct AttentionPart(
    int FirstBlock, int FirstRow, int Rows, int FirstVisible, int Window, int FirstKey, int FirstHead, int Heads, int Spans, int SpanKeys, int Partial)
{
    /// <summary>Behind the last key that any of the rows sees.</summary>
    public int Context => FirstVisible + Rows - 1;

    /// <summary>The first key of a span, and the one after its last.</summary>
    public (int First, int End) Keys(int span) => (FirstKey + (span * SpanKeys), Math.Min(FirstKey + ((span + 1) * SpanKeys), Context));
}
