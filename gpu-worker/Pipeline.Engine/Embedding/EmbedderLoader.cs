using Pipeline.Engine.Embedding.Encoders;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Embedding;

/// <summary>Loads whatever embedding model a directory holds.</summary>
internal static class EmbedderLoader
{
    /// <summary>Loads it.</summary>
    /// <exception cref="UnsupportedModelException">The model is none that is computed here.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged, or not those of the configuration.</exception>
    public static IEmbedder Load(EngineOptions options)
    {
        EncoderConfig model = EncoderConfigReader.Read(options.ModelDirectory);
        EmbedderConfig config = EmbedderConfigReader.Read(options.ModelDirectory, model.Width, model.ContextLength, model.VocabularySize, Pooling.PoolingMode.Mean);
        ComputeSetting compute = ComputeSetting.Of(options);
        Encoder encoder = EncoderLoader.Load(options.ModelDirectory, model, compute, LinearMakers.For(options.Dtype, compute.Type, compute.Device));
        return new EncoderEmbedder(config, encoder, compute.Device);
    }
}
