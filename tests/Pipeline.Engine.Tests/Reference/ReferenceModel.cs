using Pipeline.Engine.Tests.Reference.Families;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>A model directory, computed by the book: see <see cref="ReferenceFamily"/>. Every call computes the whole sequence.</summary>
public sealed class ReferenceModel
{
    private readonly ReferenceFamily _family;

    public ReferenceModel(string directory)
    {
        ReferenceConfig config = ReferenceConfig.Of(directory);
        Dictionary<string, double[]> weights = ReferenceWeights.ReadAll(directory);
        _family = config.Text("model_type") switch
        {
            "llama" => new LlamaReference(config, weights),
            "mistral" => new MistralReference(config, weights),
            "qwen2" => new Qwen2Reference(config, weights),
            "qwen3" => new Qwen3Reference(config, weights),
            "qwen3_moe" => new Qwen3MoeReference(config, weights),
            "mixtral" => new MixtralReference(config, weights),
            "phi3" => new Phi3Reference(config, weights),
            "gemma2" => new Gemma2Reference(config, weights),
            "gemma3_text" => new Gemma3Reference(config, weights),

            // Gemma3ForConditionalGeneration without its vision tower: the text model's weights stand under a longer name.
            "gemma3" => new Gemma3Reference(
                config.Section("text_config")!,
                weights.ToDictionary(weight => weight.Key.Replace("language_model.model.", "model.", StringComparison.Ordinal), weight => weight.Value)),
            string type => throw new NotSupportedException(type),
        };
    }

    /// <summary>The logits after each position from <paramref name="first"/> on.</summary>
    public double[][] Logits(IReadOnlyList<int> tokens, int first) => _family.Logits(tokens, first);

    /// <summary>The last token's state, brought to length 1: the vector of a decoder that embeds.</summary>
    public double[] LastState(IReadOnlyList<int> tokens)
    {
        double[] state = _family.States(tokens, tokens.Count - 1).Single();
        double length = Math.Sqrt(state.Sum(value => value * value));
        return [.. state.Select(value => value / length)];
    }

    /// <summary>Greedy decoding, the whole sequence anew for each token.</summary>
    public int[] Generate(IReadOnlyList<int> prompt, int count)
    {
        List<int> tokens = [.. prompt];
        for (int i = 0; i < count; i++)
        {
            tokens.Add(Highest(Logits(tokens, tokens.Count - 1)[0]));
        }

        return [.. tokens.Skip(prompt.Count)];
    }

    /// <summary>The position of the highest value; the first of equals.</summary>
    public static int Highest(double[] values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
