using Pipeline.Engine.Layers;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Models;

/// <summary>Reads a Llama-family checkpoint onto a device. Names as in Hugging Face's LlamaForCausalLM.</summary>
internal sealed class DecoderLoader
{
    private readonly ModelConfig _config;
    private readonly Checkpoint _checkpoint;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly ILinearMaker _linears;
    private readonly List<IDisposable> _made = [];

    private DecoderLoader(ModelConfig config, Checkpoint checkpoint, ScalarType type, Device device, ILinearMaker linears)
    {
        _config = config;
        _checkpoint = checkpoint;
        _type = type;
        _device = device;
        _linears = linears;
    }

    /// <summary>Loads the weights of a directory.</summary>
    /// <param name="directory">A Hugging Face model directory.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="type">What is computed in.</param>
    /// <param name="device">Where.</param>
    /// <param name="linears">Gives the weight matrices the form they are computed with; the decoder's from now on.</param>
    public static Decoder Load(string directory, ModelConfig config, ScalarType type, Device device, ILinearMaker linears)
    {
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        using IDisposable inference = torch.inference_mode(true);
        DecoderLoader loader = new(config, checkpoint, type, device, linears);
        try
        {
            return loader.Load();
        }
        catch
        {
            loader._made.ForEach(made => made.Dispose());
            linears.Dispose();
            throw;
        }
    }

    private Decoder Load()
    {
        long vocabulary = _config.VocabularySize, hidden = _config.HiddenSize;
        Tensor embedding = Keep(("model.embed_tokens.weight", vocabulary), hidden);
        return new Decoder(
            _config,
            embedding,
            [.. Enumerable.Range(0, _config.Layers).Select(Layer)],
            Keep(("model.norm.weight", hidden)),
            _config.TiedEmbeddings ? Made(embedding, null) : Project([("lm_head.weight", vocabulary)], hidden),
            _linears);
    }

    private DecoderLayer Layer(int index)
    {
        string attention = $"model.layers.{index}.self_attn.", feed = $"model.layers.{index}.mlp.";
        long hidden = _config.HiddenSize, wide = _config.IntermediateSize;
        long queries = (long)_config.Heads * _config.HeadSize, keys = (long)_config.KeyValueHeads * _config.HeadSize;
        (string, long)[] projections = [($"{attention}q_proj.", queries), ($"{attention}k_proj.", keys), ($"{attention}v_proj.", keys)];
        return new DecoderLayer(
            Keep(($"model.layers.{index}.input_layernorm.weight", hidden)),
            new AttentionLayer(
                _config,
                Project(Named(projections, "weight"), hidden, _config.AttentionBias ? Named(projections, "bias") : null),
                Project([($"{attention}o_proj.weight", hidden)], queries, _config.AttentionBias ? [($"{attention}o_proj.bias", hidden)] : null)),
            Keep(($"model.layers.{index}.post_attention_layernorm.weight", hidden)),
            new FeedForwardLayer(
                Project([($"{feed}gate_proj.weight", wide), ($"{feed}up_proj.weight", wide)], hidden),
                Project([($"{feed}down_proj.weight", hidden)], wide)));
    }

    private static (string Name, long Rows)[] Named((string Name, long Rows)[] projections, string kind) =>
        [.. projections.Select(projection => (projection.Name + kind, projection.Rows))];

    /// <summary>One product of matrices that stand one below the other.</summary>
    private Linear Project((string Name, long Rows)[] weights, long columns, (string Name, long Rows)[]? biases = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor? bias = biases is null ? null : Read(biases).to(_type).to(_device);
        return Made(Read(weights, columns), bias);
    }

    private Linear Made(Tensor weight, Tensor? bias)
    {
        Linear made = _linears.Make(weight, bias);
        _made.Add(made);
        return made;
    }

    private Tensor Keep((string Name, long Rows) weight, params long[] columns)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor kept = Read([weight], columns).to(_type).to(_device).DetachFromDisposeScope();
        _made.Add(kept);
        return kept;
    }

    private Tensor Read((string Name, long Rows)[] weights, params long[] columns)
    {
        Tensor[] parts = [.. weights.Select(weight => _checkpoint.Read(weight.Name, [weight.Rows, .. columns]))];
        return parts.Length == 1 ? parts[0] : torch.cat(parts);
    }
}
