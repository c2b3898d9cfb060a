using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>A step from being planned to being applied, and the memory that it needs meanwhile. Used again for later steps.</summary>
internal sealed class Flight(int blockSize, int vocabulary, Device device) : IDisposable
{
    /// <summary>What it computes.</summary>
    public StepPlan Plan { get; } = new();

    /// <summary>The same as whole numbers.</summary>
    public StepLayout Layout { get; } = new(blockSize);

    /// <summary>How its next tokens are chosen.</summary>
    public SamplingRows Sampling { get; } = new(vocabulary);

    /// <summary>Its numbers' way to the device.</summary>
    public StepUpload Upload { get; } = new(device);

    /// <summary>The way of what its tokens are chosen by.</summary>
    public SamplingUpload SamplingUpload { get; } = new(device);

    /// <summary>The tokens that it chooses.</summary>
    public ChosenTokens Chosen { get; } = new(device);

    /// <summary>When the host began with it.</summary>
    public long Start { get; set; }

    /// <summary>Seconds that it took to guess tokens for it.</summary>
    public double DraftSeconds { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Upload.Dispose();
        SamplingUpload.Dispose();
        Chosen.Dispose();
    }
}
