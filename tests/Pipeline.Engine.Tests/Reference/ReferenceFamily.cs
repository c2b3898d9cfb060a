using static Pipeline.Engine.Tests.Reference.ReferenceMath;

namespace Pipeline.Engine.Tests.Reference;

/// <summary>
/// What the decoders of transformers have in common, in float64 and plain loops: no cache, no batch, no TorchSharp, nothing of the
/// engine. Each family transcribes its own modeling_*.py.
/// </summary>
internal abstract class ReferenceFamily(ReferenceConfig config, Dictionary<string, double[]> weights)
{
    protected ReferenceConfig Config => config;

    protected int Hidden { get; } = config.Int("hidden_size");

    protected int Heads { get; } = config.Int("num_attention_heads", 8);

    protected int KeyHeads { get; } = config.Int("num_key_value_heads", config.Int("num_attention_heads", 4));

    protected virtual int HeadSize => config.Int("head_dim", Hidden / Heads);

    protected double Epsilon { get; } = config.Number("rms_norm_eps", 1e-6);

    protected int Layers { get; } = config.Int("num_hidden_layers");

    /// <summary>The logits after each position from <paramref name="first"/> on.</summary>
    public double[][] Logits(IReadOnlyList<int> tokens, int first)
    {
        double[] head = config.Flag("tie_word_embeddings", TiedByDefault) ? Weight("model.embed_tokens") : Weight("lm_head");
        return Each(States(tokens, first), row => Head(Multiply(head, row, config.Int("vocab_size"))));
    }

    /// <summary>last_hidden_state from <paramref name="first"/> on: what the head is applied to.</summary>
    public double[][] States(IReadOnlyList<int> tokens, int first)
    {
        double[][] x = [.. tokens.Select(token => Embed(Row(Weight("model.embed_tokens"), token, Hidden)))];
        for (int layer = 0; layer < Layers; layer++)
        {
            x = DecoderLayer(x, layer, $"model.layers.{layer}.");
        }

        return Each(x[first..], row => Norm(row, "model.norm"));
    }

    protected virtual bool TiedByDefault => false;

    protected virtual double[] Embed(double[] row) => row;

    protected virtual double[] Head(double[] logits) => logits;

    /// <summary>LlamaDecoderLayer.forward: most families have the same.</summary>
    protected virtual double[][] DecoderLayer(double[][] x, int layer, string name)
    {
        x = Sum(x, Attention(Each(x, row => Norm(row, name + "input_layernorm")), layer, name + "self_attn."));
        return Sum(x, FeedForward(Each(x, row => Norm(row, name + "post_attention_layernorm")), layer, name));
    }

    /// <summary>LlamaAttention.forward.</summary>
    protected virtual double[][] Attention(double[][] x, int layer, string name)
    {
        double[][] q = Each(x, row => Project(row, name + "q_proj", Heads * HeadSize));
        double[][] k = Each(x, row => Project(row, name + "k_proj", KeyHeads * HeadSize));
        double[][] v = Each(x, row => Project(row, name + "v_proj", KeyHeads * HeadSize));
        return Each(Attend(q, k, v, layer), row => Project(row, name + "o_proj", Hidden));
    }

    /// <summary>Rotation, and then eager_attention_forward under the mask of create_causal_mask or create_sliding_window_causal_mask.</summary>
    protected double[][] Attend(double[][] q, double[][] k, double[][] v, int layer)
    {
        ReferenceRope rope = Rope(layer, q.Length);
        int size = HeadSize, window = Window(layer) ?? int.MaxValue;
        double[][] mixed = [.. q.Select(_ => new double[Heads * size])];
        for (int position = 0; position < q.Length; position++)
        {
            rope.Turn(q[position], size, position);
            rope.Turn(k[position], size, position);
        }

        for (int position = 0; position < q.Length; position++)
        {
            for (int head = 0; head < Heads; head++)
            {
                // masking_utils.sliding_window_overlay: key position > query position - window.
                int at = head * size, keyAt = head / (Heads / KeyHeads) * size, first = Math.Max(0, position - window + 1);
                double[] weights = Softmax([.. Enumerable.Range(first, position - first + 1).Select(other =>
                    Cap(Dot(q[position].AsSpan(at, size), k[other].AsSpan(keyAt, size)) * Scaling))]);
                for (int other = first; other <= position; other++)
                {
                    for (int i = 0; i < size; i++)
                    {
                        mixed[position][at + i] += weights[other - first] * v[other][keyAt + i];
                    }
                }
            }
        }

        return mixed;
    }

    protected virtual double Scaling => 1 / Math.Sqrt(HeadSize);

    protected virtual double Cap(double score) => score;

    protected virtual int? Window(int layer) => null;

    protected virtual ReferenceRope Rope(int layer, int length) => ReferenceRope.Of(config, HeadSize, length);

    protected virtual double[][] FeedForward(double[][] x, int layer, string name) => Each(x, row => Mlp(row, name + "mlp."));

    /// <summary>LlamaMLP.forward: down_proj(act_fn(gate_proj(x)) * up_proj(x)).</summary>
    protected double[] Mlp(double[] row, string name, string gate = "gate_proj", string up = "up_proj", string down = "down_proj", int? width = null)
    {
        int wide = width ?? Config.Int("intermediate_size");
        return Project([.. Project(row, name + gate, wide).Zip(Project(row, name + up, wide), (a, b) => Activate(a) * b)], name + down, Hidden);
    }

    protected virtual double Activate(double x) => Silu(x);

    /// <summary>LlamaRMSNorm.forward.</summary>
    protected virtual double[] Norm(ReadOnlySpan<double> row, string name)
    {
        double[] weight = Weight(name);
        return RmsNorm(row, Epsilon, i => weight[i]);
    }

    /// <summary>A norm of each head.</summary>
    protected double[] NormHeads(double[] heads, string name)
    {
        double[] result = [];
        for (int at = 0; at < heads.Length; at += HeadSize)
        {
            result = [.. result, .. Norm(heads.AsSpan(at, HeadSize), name)];
        }

        return result;
    }

    /// <summary>nn.Linear, with a bias where one is stored.</summary>
    protected double[] Project(double[] row, string name, int rows)
    {
        double[] result = Multiply(Weight(name), row, rows);
        return weights.TryGetValue(name + ".bias", out double[]? bias) ? Sum(result, bias) : result;
    }

    protected double[] Weight(string name) => weights[name + ".weight"];
}
