using Pipeline.Engine.Layers;
using Pipeline.Engine.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Models;

/// <summary>Reads a Llama-family checkpoint onto a device. Names as in Hugging Face's LlamaForCausalLM.</summary>
internal sealed class DecoderLoader(ModelConfig config, Checkpoint checkpoint, ScalarType type, Device device)
{
    private readonly List<Tensor> _kept = [];

    /// <summary>Loads the weights of <paramref name="directory"/> and converts them to <paramref name="type"/>.</summary>
    public static Decoder Load(string directory, ModelConfig config, ScalarType type, Device device)
    {
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        using IDisposable inference = torch.inference_mode(true);
        return new DecoderLoader(config, checkpoint, type, device).Load();
    }

    private Decoder Load()
    {
        long vocabulary = config.VocabularySize, hidden = config.HiddenSize;
        try
        {
            Tensor embedding = Keep(("model.embed_tokens.weight", vocabulary), hidden);
            DecoderLayer[] layers = [.. Enumerable.Range(0, config.Layers).Select(Layer)];
            Tensor norm = Keep(("model.norm.weight", hidden));
            Tensor head = config.TiedEmbeddings ? embedding : Keep(("lm_head.weight", vocabulary), hidden);
            return new Decoder(config, embedding, layers, norm, head, new Held(_kept));
        }
        catch
        {
            new Held(_kept).Dispose();
            throw;
        }
    }

    private DecoderLayer Layer(int index)
    {
        string attention = $"model.layers.{index}.self_attn.", feed = $"model.layers.{index}.mlp.";
        long hidden = config.HiddenSize, wide = config.IntermediateSize;
        long queries = (long)config.Heads * config.HeadSize, keys = (long)config.KeyValueHeads * config.HeadSize;
        (string, long)[] projections = [($"{attention}q_proj.", queries), ($"{attention}k_proj.", keys), ($"{attention}v_proj.", keys)];
        return new DecoderLayer(
            Keep(($"model.layers.{index}.input_layernorm.weight", hidden)),
            new AttentionLayer(
                config,
                Keep(Named(projections, "weight"), hidden),
                config.AttentionBias ? Keep(Named(projections, "bias")) : null,
                Keep(($"{attention}o_proj.weight", hidden), queries),
                config.AttentionBias ? Keep(($"{attention}o_proj.bias", hidden)) : null),
            Keep(($"model.layers.{index}.post_attention_layernorm.weight", hidden)),
            new FeedForwardLayer(
                Keep([($"{feed}gate_proj.weight", wide), ($"{feed}up_proj.weight", wide)], hidden),
                Keep(($"{feed}down_proj.weight", hidden), wide)));
    }

    private static (string Name, long Rows)[] Named((string Name, long Rows)[] projections, string kind) =>
        [.. projections.Select(projection => (projection.Name + kind, projection.Rows))];

    private Tensor Keep((string Name, long Rows) weight, params long[] columns) => Keep([weight], columns);

    private Tensor Keep((string Name, long Rows)[] weights, params long[] columns)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor[] parts = [.. weights.Select(w => checkpoint.Read(w.Name, [w.Rows, .. columns]).to(type).to(device))];
        Tensor whole = (parts.Length == 1 ? parts[0] : torch.cat(parts)).DetachFromDisposeScope();
        _kept.Add(whole);
        return whole;
    }

    private sealed class Held(List<Tensor> tensors) : IDisposable
    {
        public void Dispose() => tensors.ForEach(tensor => tensor.Dispose());
    }
}
