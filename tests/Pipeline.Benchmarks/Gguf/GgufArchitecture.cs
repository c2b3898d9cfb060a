using System.Text.Json;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Gguf;

/// <summary>
/// A family in llama.cpp's words: gguf-py/gguf/constants.py (MODEL_ARCH_NAMES, TENSOR_NAMES) and the classes of
/// convert_hf_to_gguf.py.
/// </summary>
/// <param name="Name"><c>general.architecture</c>.</param>
internal sealed record GgufArchitecture(string Name)
{
    /// <summary>Whether a head's rotary pairs are side by side; elsewhere they are as in Hugging Face's.</summary>
    public bool PairsSideBySide => Name == "llama";

    /// <summary>The architecture of a model.</summary>
    /// <exception cref="BenchmarkException">It has something that is not converted.</exception>
    public static GgufArchitecture Of(string directory, ModelConfig model)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "config.json")));
        string type = json.RootElement.GetProperty("model_type").GetString()!;
        bool known = type is "qwen2" or "qwen3" || (type == "qwen3_moe" && model.Mixture is { Normalised: true } && model.LayerPattern.All(layer => layer.IsMixture))
            || (type == "llama" && !model.QueryKeyValueBias);
        return known && !model.OutputBias && model.Ropes[0].Scaling is null && model.Windows.All(window => window is null)
            ? new(type == "qwen3_moe" ? "qwen3moe" : type)
            : throw new BenchmarkException(
                $"{directory}: only llama, qwen2, qwen3 and qwen3_moe are converted to GGUF, without output biases, windows and scaled rotary frequencies.");
    }

    /// <summary>Of each layer, vectors that the family has beside Llama's: llama.cpp's name, Hugging Face's, and the size.</summary>
    public static IEnumerable<(string Ours, string Theirs, long Size)> Vectors(ModelConfig model)
    {
        long queries = (long)model.Heads * model.HeadSize, keys = (long)model.KeyValueHeads * model.HeadSize;
        if (model.QueryKeyValueBias)
        {
            yield return ("attn_q.bias", "self_attn.q_proj.bias", queries);
            yield return ("attn_k.bias", "self_attn.k_proj.bias", keys);
            yield return ("attn_v.bias", "self_attn.v_proj.bias", keys);
        }

        if (model.HasHeadNorms)
        {
            yield return ("attn_q_norm.weight", "self_attn.q_norm.weight", model.HeadSize);
            yield return ("attn_k_norm.weight", "self_attn.k_norm.weight", model.HeadSize);
        }
    }
}
