using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Brings a step's numbers to the device, in one copy.</summary>
internal sealed class StepUpload(Device device) : IDisposable
{
    private readonly UploadBuffer<long> _numbers = new(ScalarType.Int64, device);

    /// <summary>Sends them. Must be called within a dispose scope, to which all that is returned belongs.</summary>
    /// <param name="layout">The step.</param>
    /// <param name="before">int64: what the step before chose, on the device; needed if the layout expects tokens of it.</param>
    public StepInputs Send(StepLayout layout, Tensor? before)
    {
        int rows = layout.Rows, samples = layout.Samples, expected = layout.Expected;
        int total = rows + samples + (2 * expected);
        Span<long> numbers = _numbers.Reserve(total);
        int at = Widen(layout.Tokens.AsSpan(0, rows), numbers, 0);
        at = Widen(layout.SampleRows.AsSpan(0, samples), numbers, at);
        at = Widen(layout.ExpectedRows.AsSpan(0, expected), numbers, at);
        Widen(layout.ExpectedSamples.AsSpan(0, expected), numbers, at);

        Tensor sent = _numbers.Send(total);
        Tensor tokens = sent.narrow(0, 0, rows);
        if (expected > 0)
        {
            Fill(tokens, sent.narrow(0, rows + samples, expected), sent.narrow(0, rows + samples + expected, expected), before);
        }

        return new StepInputs(tokens, sent.narrow(0, rows, samples));
    }

    /// <inheritdoc/>
    public void Dispose() => _numbers.Dispose();

    private static int Widen(ReadOnlySpan<int> from, Span<long> to, int at)
    {
        foreach (int number in from)
        {
            to[at++] = number;
        }

        return at;
    }

    private static void Fill(Tensor tokens, Tensor rows, Tensor samples, Tensor? before)
    {
        Tensor chosen = (before ?? throw new InvalidOperationException("A step expects tokens of a step that chose none.")).index_select(0, samples);

        // Where the one before failed no token was chosen; its sequence is dropped, but this step is under way.
        tokens.index_copy_(0, rows, chosen.clamp_min_(Scalars.Zero));
    }
}
