using System.Globalization;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Models;

/// <summary>Reads a checkpoint onto a device, under the names that the model's family has for its weights.</summary>
internal sealed class DecoderLoader
{
    private readonly ModelConfig _config;
    private readonly WeightNames _names;
    private readonly string _prefix;
    private readonly Checkpoint _checkpoint;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly ILinearMaker _linears;
    private readonly List<IDisposable> _made = [];

    private DecoderLoader(ModelConfig config, Checkpoint checkpoint, ScalarType type, Device device, ILinearMaker linears)
    {
        _config = config;
        _names = config.Names;
        _prefix = _names.Prefixes.FirstOrDefault(prefix => checkpoint.Contains($"{prefix}embed_tokens.weight")) ?? _names.Prefixes[0];
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
    /// <param name="withHead">Whether to load the head too, which only a next token needs.</param>
    public static Decoder Load(
        string directory, ModelConfig config, ScalarType type, Device device, ILinearMaker linears, bool withHead = true)
    {
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        using IDisposable inference = torch.inference_mode(true);
        DecoderLoader loader = new(config, checkpoint, type, device, linears);
        try
        {
            return loader.Load(withHead);
        }
        catch
        {
            loader._made.ForEach(made => made.Dispose());
            linears.Dispose();
            throw;
        }
    }

    private Decoder Load(bool withHead)
    {
        long vocabulary = _config.VocabularySize, hidden = _config.HiddenSize;
        Tensor embedding = Keep(($"{_prefix}embed_tokens.weight", vocabulary), hidden);
        return new Decoder(
            _config,
            _type,
            embedding,
            [.. Enumerable.Range(0, _config.Layers).Select(Layer)],
            Keep(($"{_prefix}norm.weight", hidden)),
            !withHead ? null : _config.TiedEmbeddings ? Made(embedding, null) : Project([("lm_head.weight", vocabulary)], hidden),
            _linears);
    }

    private DecoderLayer Layer(int index)
    {
        string layer = $"{_prefix}layers.{index}.";
        long hidden = _config.HiddenSize;
        return new DecoderLayer(
            Norm(layer, _names.AttentionNorm, hidden),
            Attention(layer, _config.LayerAt(index)),
            OptionalNorm(layer, _names.AttentionOutputNorm, hidden),
            Norm(layer, _names.FeedForwardNorm, hidden),
            FeedForward(layer, _config.LayerAt(index)),
            OptionalNorm(layer, _names.FeedForwardOutputNorm, hidden));
    }

    private AttentionLayer Attention(string layer, LayerConfig config)
    {
        long hidden = _config.HiddenSize, size = _config.HeadSize;
        long queries = _config.Heads * size, keys = _config.KeyValueHeads * size;
        (string, long)[] projections = Parts(layer, _names.QueryKeyValue, queries, keys, keys);
        return new AttentionLayer(
            _config,
            config,
            Project(Named(projections, "weight"), hidden, _config.QueryKeyValueBias ? Named(projections, "bias") : null),
            _names.QueryNorm is null || _names.KeyNorm is null
                ? null : new HeadNorms(Norm(layer, _names.QueryNorm, size), Norm(layer, _names.KeyNorm, size)),
            Project([($"{layer}{_names.Output}.weight", hidden)], queries, _config.OutputBias ? [($"{layer}{_names.Output}.bias", hidden)] : null));
    }

    private IFeedForward FeedForward(string layer, LayerConfig config) => config.IsMixture && _config.Mixture is { } mixture
        ? new MixtureLayer(mixture, Router(layer, mixture), [.. Enumerable.Range(0, mixture.Experts).Select(expert => Expert(layer, expert, mixture))])
        : FeedForward(layer, _names.GateUp, _names.Down, _config.IntermediateSize);

    private FeedForwardLayer Expert(string layer, int expert, MixtureConfig mixture)
    {
        string Own(string name) => name.Replace("{0}", expert.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return FeedForward(layer, [.. _names.ExpertGateUp.Select(Own)], Own(_names.ExpertDown), mixture.IntermediateSize);
    }

    private FeedForwardLayer FeedForward(string layer, IReadOnlyList<string> gateUp, string down, long wide) => new(
        Project(Named(Parts(layer, gateUp, wide, wide), "weight"), _config.HiddenSize),
        Project([($"{layer}{down}.weight", _config.HiddenSize)], wide));

    /// <summary>Never rounded to 8 bits: it is small, and a token that goes to the wrong expert goes wrong altogether.</summary>
    private DenseLinear Router(string layer, MixtureConfig mixture)
    {
        DenseLinear made = new(Keep(($"{layer}{_names.Router}.weight", mixture.Experts), _config.HiddenSize), null);
        return made;
    }

    private Tensor Norm(string layer, string name, long size) => Keep(($"{layer}{name}.weight", size));

    private Tensor? OptionalNorm(string layer, string? name, long size) => name is null ? null : Norm(layer, name, size);

    /// <summary>Matrices that make up one product: each its own on disk, or all in one.</summary>
    private static (string Name, long Rows)[] Parts(string layer, IReadOnlyList<string> names, params long[] rows) => names.Count == 1
        ? [($"{layer}{names[0]}.", rows.Sum())]
        : [.. names.Zip(rows, (name, count) => ($"{layer}{name}.", count))];

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
