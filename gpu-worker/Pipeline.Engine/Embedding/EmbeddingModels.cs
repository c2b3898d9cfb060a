using Pipeline.Engine.Embedding.Encoders;
using Pipeline.Engine.Embedding.Pooling;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Embedding;

/// <summary>Tells models that embed from models that generate text.</summary>
public static class EmbeddingModels
{
    /// <summary>
    /// Whether the model in a directory embeds: it is an encoder; or it has sentence-transformers' <c>modules.json</c>; or its
    /// <c>config.json</c> names an architecture without a head, such as <c>MistralModel</c>. Without a readable
    /// <c>config.json</c> it is taken for one that generates, whose loading then says what is wrong.
    /// </summary>
    /// <param name="directory">A Hugging Face model directory.</param>
    public static bool Contains(string directory)
    {
        if (File.Exists(Path.Combine(directory, SentenceModules.File)))
        {
            return true;
        }

        try
        {
            return ModelFiles.Read(directory, "config.json", config =>
                EncoderConfigReader.ModelTypes.Contains(config.Text("model_type"))
                || (config.Texts("architectures") is { Count: > 0 } named && named.All(name => name.EndsWith("Model", StringComparison.Ordinal))));
        }
        catch (UnsupportedModelException)
        {
            return false;
        }
    }
}
