using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Support;

/// <summary>Random weights in float32, under the names that transformers stores a family's under. The same shape gives the same.</summary>
internal sealed class RandomWeights
{
    private readonly Dictionary<string, Tensor> _weights = [];
    private readonly ModelShape _shape;
    private readonly Random _random;
    private readonly string _prefix;

    private RandomWeights(ModelShape shape)
    {
        _shape = shape;
        _random = new Random(shape.Seed);
        _prefix = shape.ModelType == "gemma3" ? "language_model.model." : "model.";
    }

    public static IReadOnlyDictionary<string, Tensor> Of(ModelShape shape)
    {
        RandomWeights weights = new(shape);
        weights.Fill();
        return weights._weights;
    }

    private void Fill()
    {
        // A scaled embedding is drawn so much the smaller.
        double scale = _shape.IsGemma ? Math.Sqrt(_shape.Hidden) : 1;
        Matrix(_prefix + "embed_tokens", _shape.Tied ? 0.3 : 1 / scale, _shape.Vocabulary, _shape.Hidden);
        for (int i = 0; i < _shape.Layers; i++)
        {
            string layer = $"{_prefix}layers.{i}.";
            Norm(layer + "input_layernorm", _shape.Hidden);
            Norm(layer + "post_attention_layernorm", _shape.Hidden);
            if (_shape.IsGemma)
            {
                Norm(layer + "pre_feedforward_layernorm", _shape.Hidden);
                Norm(layer + "post_feedforward_layernorm", _shape.Hidden);
            }

            Attention(layer + "self_attn.");
            FeedForward(layer, i);
        }

        Norm(_prefix + "norm", _shape.Hidden);
        if (!_shape.Tied)
        {
            Matrix("lm_head", 1 / Math.Sqrt(_shape.Hidden), _shape.Vocabulary, _shape.Hidden);
        }
    }

    private void Attention(string name)
    {
        int queries = _shape.Heads * _shape.HeadSize, keys = _shape.KeyValueHeads * _shape.HeadSize;
        (string, int)[] projections = _shape.ModelType == "phi3"
            ? [("qkv_proj", queries + (2 * keys))] : [("q_proj", queries), ("k_proj", keys), ("v_proj", keys)];
        foreach ((string projection, int rows) in projections)
        {
            // Wide enough that attention is far from uniform: a wrong position or mask would show.
            Matrix(name + projection, 1.5 / Math.Sqrt(_shape.Hidden), rows, _shape.Hidden);
            if (_shape.Bias || _shape.ModelType == "qwen2")
            {
                Draw(name + projection + ".bias", 0, 0.3, rows);
            }
        }

        Matrix(name + "o_proj", 1.5 / Math.Sqrt(queries), _shape.Hidden, queries);
        if (_shape.Bias)
        {
            Draw(name + "o_proj.bias", 0, 0.3, _shape.Hidden);
        }

        if (_shape.ModelType is "qwen3" or "qwen3_moe" or "gemma3" or "gemma3_text")
        {
            Norm(name + "q_norm", _shape.HeadSize);
            Norm(name + "k_norm", _shape.HeadSize);
        }
    }

    private void FeedForward(string layer, int index)
    {
        bool dense = _shape.Experts == 0 || (_shape.Settings.GetValueOrDefault("mlp_only_layers") as int[] ?? []).Contains(index);
        switch (_shape.ModelType)
        {
            case "phi3":
                Matrix(layer + "mlp.gate_up_proj", 1 / Math.Sqrt(_shape.Hidden), 2 * _shape.Intermediate, _shape.Hidden);
                Matrix(layer + "mlp.down_proj", 1 / Math.Sqrt(_shape.Intermediate), _shape.Hidden, _shape.Intermediate);
                break;
            case "mixtral":
                Experts(layer + "block_sparse_moe.", "w1", "w3", "w2", _shape.Intermediate);
                break;
            case "qwen3_moe" when !dense:
                Experts(layer + "mlp.", "gate_proj", "up_proj", "down_proj", (int)_shape.Settings["moe_intermediate_size"]!);
                break;
            default:
                Mlp(layer + "mlp.", "gate_proj", "up_proj", "down_proj", _shape.Intermediate);
                break;
        }
    }

    private void Experts(string name, string gate, string up, string down, int width)
    {
        // Wide enough that the chosen experts' shares differ.
        Matrix(name + "gate", 2 / Math.Sqrt(_shape.Hidden), _shape.Experts, _shape.Hidden);
        for (int expert = 0; expert < _shape.Experts; expert++)
        {
            Mlp($"{name}experts.{expert}.", gate, up, down, width);
        }
    }

    private void Mlp(string name, string gate, string up, string down, int width)
    {
        Matrix(name + gate, 1 / Math.Sqrt(_shape.Hidden), width, _shape.Hidden);
        Matrix(name + up, 1 / Math.Sqrt(_shape.Hidden), width, _shape.Hidden);
        Matrix(name + down, 1 / Math.Sqrt(width), _shape.Hidden, width);
    }

    // Gemma's norms multiply by 1 + weight.
    private void Norm(string name, int size) => Draw(name + ".weight", _shape.IsGemma ? 0 : 1, 0.1, size);

    private void Matrix(string name, double deviation, int rows, int columns) => Draw(name + ".weight", 0, deviation, rows, columns);

    private void Draw(string name, double mean, double deviation, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(mean + (deviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble())));
        }

        if (name == "model.embed_tokens.weight" && _shape.BrokenToken is { } broken)
        {
            values[broken * _shape.Hidden] = float.NaN;
        }

        _weights[name] = torch.tensor(values, shape);
    }
}
