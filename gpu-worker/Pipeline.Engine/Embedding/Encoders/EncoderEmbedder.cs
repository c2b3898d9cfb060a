using Pipeline.Engine.Embedding.Packing;
using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>An encoder as an embedding model.</summary>
internal sealed class EncoderEmbedder : IEmbedder
{
    private readonly Encoder _encoder;
    private readonly UploadBuffer<long> _numbers;
    private readonly double _perToken, _perPair;

    /// <summary>Makes an embedder that owns the encoder.</summary>
    public EncoderEmbedder(EmbedderConfig config, Encoder encoder, Device device)
    {
        Config = config;
        _encoder = encoder;
        _numbers = new UploadBuffer<long>(ScalarType.Int64, device);
        EncoderConfig model = encoder.Config;
        _perToken = (double)model.Layers * ((4.0 * model.Width * model.Width) + (2.0 * model.Width * model.IntermediateSize));
        _perPair = 2.0 * model.Layers * model.Width;
    }

    /// <inheritdoc/>
    public EmbedderConfig Config { get; }

    /// <inheritdoc/>
    public Tensor Forward(PackedStep step)
    {
        Span<long> numbers = _numbers.Reserve(2 * step.Rows);
        step.WriteTokens(numbers[..step.Rows]);
        step.WritePositions(numbers[step.Rows..]);
        Tensor sent = _numbers.Send(2 * step.Rows);
        return _encoder.Forward(sent.narrow(0, 0, step.Rows), sent.narrow(0, step.Rows, step.Rows), step.Groups);
    }

    /// <summary>Every token passes all projections and attends to all of its input.</summary>
    public double Work(int length) => (length * _perToken) + ((double)length * length * _perPair);

    /// <inheritdoc/>
    public void Dispose()
    {
        _numbers.Dispose();
        _encoder.Dispose();
    }
}
