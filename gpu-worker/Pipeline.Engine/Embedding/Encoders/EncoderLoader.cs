using Pipeline.Engine.Execution;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Embedding.Encoders;

/// <summary>
/// Reads an encoder's checkpoint onto a device. Names as in Hugging Face's BertModel and XLMRobertaModel, with or without the
/// model's own name in front, as a checkpoint with a head on top has them.
/// </summary>
internal sealed class EncoderLoader
{
    private static readonly string[] Prefixes = ["", "bert.", "roberta."];

    private readonly EncoderConfig _config;
    private readonly Checkpoint _checkpoint;
    private readonly ComputeSetting _compute;
    private readonly ILinearMaker _linears;
    private readonly string _prefix;
    private readonly List<IDisposable> _made = [];

    private EncoderLoader(EncoderConfig config, Checkpoint checkpoint, ComputeSetting compute, ILinearMaker linears)
    {
        _config = config;
        _checkpoint = checkpoint;
        _compute = compute;
        _linears = linears;
        _prefix = Array.Find(Prefixes, prefix => checkpoint.Contains($"{prefix}embeddings.word_embeddings.weight")) ?? "";
    }

    /// <summary>Loads the weights of a directory.</summary>
    /// <param name="directory">A Hugging Face model directory.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="compute">Where, and in what.</param>
    /// <param name="linears">Gives the weight matrices the form they are computed with; the encoder's from now on.</param>
    public static Encoder Load(string directory, EncoderConfig config, ComputeSetting compute, ILinearMaker linears)
    {
        using IDisposable inference = torch.inference_mode(true);
        List<IDisposable> made = [linears];
        try
        {
            using Checkpoint checkpoint = Checkpoint.Open(directory);
            EncoderLoader loader = new(config, checkpoint, compute, linears);
            made = loader._made;
            made.Add(linears);
            return loader.Load();
        }
        catch
        {
            made.ForEach(part => part.Dispose());
            throw;
        }
    }

    private Encoder Load() => new(
        _config,
        Keep(Read("embeddings.word_embeddings.weight", _config.VocabularySize, _config.Width)),
        Places(),
        Norm("embeddings.LayerNorm"),
        [.. Enumerable.Range(0, _config.Layers).Select(Layer)],
        _linears);

    /// <summary>Every token has its position and the first type: their sum is one table.</summary>
    private Tensor Places()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor positions = Read("embeddings.position_embeddings.weight", _config.Positions, _config.Width).to(ScalarType.Float32);
        Tensor types = Read("embeddings.token_type_embeddings.weight", _config.TokenTypes, _config.Width).to(ScalarType.Float32);
        return Keep(positions.narrow(0, _config.FirstPosition, _config.ContextLength).add(types.narrow(0, 0, 1), Scalars.One));
    }

    private EncoderLayer Layer(int index)
    {
        string layer = $"encoder.layer.{index}.", attention = $"{layer}attention.";
        int width = _config.Width, wide = _config.IntermediateSize;
        string[] projections = [$"{attention}self.query", $"{attention}self.key", $"{attention}self.value"];
        return new EncoderLayer(
            new EncoderAttention(_config.Heads, Project(projections, width, width), Project([$"{attention}output.dense"], width, width)),
            Norm($"{attention}output.LayerNorm"),
            Project([$"{layer}intermediate.dense"], wide, width),
            Project([$"{layer}output.dense"], width, wide),
            Norm($"{layer}output.LayerNorm"));
    }

    private LayerNorm Norm(string name) =>
        new(Keep(Read($"{name}.weight", _config.Width)), Keep(Read($"{name}.bias", _config.Width)), _config.NormEpsilon);

    /// <summary>One product of matrices that stand one below the other, each of as many rows.</summary>
    private Linear Project(string[] names, long rows, long columns)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor weight = torch.cat([.. names.Select(name => Read($"{name}.weight", rows, columns))]);
        Tensor bias = torch.cat([.. names.Select(name => Read($"{name}.bias", rows))]).to(_compute.Type).to(_compute.Device);
        Linear made = _linears.Make(weight, bias);
        _made.Add(made);
        return made;
    }

    private Tensor Keep(Tensor read)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using (read)
        {
            Tensor moved = read.to(_compute.Type).to(_compute.Device);
            Tensor kept = (ReferenceEquals(moved, read) ? moved.alias() : moved).DetachFromDisposeScope();
            _made.Add(kept);
            return kept;
        }
    }

    private Tensor Read(string name, params long[] shape) => _checkpoint.Read(_prefix + name, shape);
}
