using Pipeline.Engine.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>
/// The tokens that a step chooses, and their scores. They stay on the device, where the step after takes them from, and come to
/// the host when it asks: on CUDA by copies that are launched with the step, so that the host waits for this step alone.
/// </summary>
internal sealed class ChosenTokens(Device device) : IDisposable
{
    private readonly CudaEvent? _arrived = device.type == DeviceType.CUDA ? new CudaEvent(Math.Max(0, device.index)) : null;
    private readonly Download<long> _tokens = new(ScalarType.Int64, device);
    private readonly Download<double> _scores = new(ScalarType.Float64, device);

    /// <summary>int64 [samples] on the device; null while there are none.</summary>
    public Tensor? OnDevice => _tokens.OnDevice;

    /// <summary>Takes over what a step that was just launched will have chosen.</summary>
    /// <param name="tokens">int64 [samples]; null when it chooses nothing.</param>
    /// <param name="scores">float64: see <see cref="Scores"/>; null for none.</param>
    public void Take(Tensor? tokens, Tensor? scores)
    {
        _tokens.Take(tokens);
        _scores.Take(scores);
        _arrived?.Record();
    }

    /// <summary>Waits until the step has run.</summary>
    /// <param name="rows">How its tokens were to be chosen.</param>
    /// <returns>What it chose, valid until <see cref="Drop"/>.</returns>
    public ChosenValues Wait(SamplingRows rows)
    {
        _arrived?.Wait();
        return new ChosenValues(_tokens.Values, _scores.Values, rows.Scored);
    }

    /// <summary>Lets go of what was chosen: host and device have what they need.</summary>
    public void Drop()
    {
        _tokens.Drop();
        _scores.Drop();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tokens.Dispose();
        _scores.Dispose();
        _arrived?.Dispose();
    }
}
