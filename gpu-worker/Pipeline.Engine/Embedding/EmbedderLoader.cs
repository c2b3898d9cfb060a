using Pipeline.Engine.Embedding.Decoders;
using Pipeline.Engine.Embedding.Encoders;
using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;
using Pipeline.Engine.Models.Families;

namespace Pipeline.Engine.Embedding;

/// <summary>Loads whatever embedding model a directory holds.</summary>
internal static class EmbedderLoader
{
    /// <summary>Loads it.</summary>
    /// <exception cref="UnsupportedModelException">The model is none that is computed here.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged, or not those of the configuration.</exception>
    public static IEmbedder Load(EngineOptions options) =>
        ModelFiles.Read(options.ModelDirectory, "config.json", config => KindOf(config)) == Kind.Encoder ? LoadEncoder(options) : LoadDecoder(options);

    private static EncoderEmbedder LoadEncoder(EngineOptions options)
    {
        string directory = options.ModelDirectory;
        EncoderConfig model = EncoderConfigReader.Read(directory);
        EmbedderConfig config = EmbedderConfigReader.Read(directory, model.Width, model.ContextLength, model.VocabularySize, PoolingMode.Mean);
        ComputeSetting compute = ComputeSetting.Of(options);
        Encoder encoder = EncoderLoader.Load(directory, model, compute, LinearMakers.For(options.Dtype, compute.Type, compute.Device));
        return new EncoderEmbedder(config, encoder, compute.Device);
    }

    private static DecoderEmbedder LoadDecoder(EngineOptions options)
    {
        string directory = options.ModelDirectory;
        ModelConfig model = ModelConfigReader.Read(directory);
        EmbedderConfig config = EmbedderConfigReader.Read(directory, model.HiddenSize, model.ContextLength, model.VocabularySize, PoolingMode.LastToken);
        return DecoderEmbedder.Load(options, model, config, ComputeSetting.Of(options));
    }

    private static Kind KindOf(JsonSection config)
    {
        string type = config.RequiredText("model_type");
        if (EncoderConfigReader.ModelTypes.Contains(type))
        {
            return Kind.Encoder;
        }

        string[] decoders = [.. ModelFamilies.All.SelectMany(family => family.ModelTypes)];
        if (!decoders.Contains(type))
        {
            throw config.Unsupported("model_type", $"{type} (embedding models that are supported are {string.Join(", ", EncoderConfigReader.ModelTypes.Concat(decoders))})");
        }

        // Decoders that were trained on to see what follows too.
        config.RequireFalse("use_bidirectional_attention");
        return config.OptionalFlag("is_causal") == false ? throw config.Unsupported("is_causal", "false") : Kind.Decoder;
    }

    private enum Kind
    {
        Encoder,
        Decoder,
    }
}
