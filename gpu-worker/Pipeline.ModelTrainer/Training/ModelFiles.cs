using System.Text.Json.Nodes;
using Pipeline.ModelTrainer.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.ModelTrainer.Training;

/// <summary>Writes a trained model as a Hugging Face directory.</summary>
internal static class ModelFiles
{
    /// <summary>Writes configuration, tokenizer and the weights rounded to bfloat16.</summary>
    public static void Write(LlamaModel model, BpeTokenizer tokenizer, string directory)
    {
        TokenizerFiles.Write(tokenizer, directory);
        TokenizerFiles.Save(model.Shape.Config(), directory, "config.json");
        TokenizerFiles.Save(
            new JsonObject
            {
                ["do_sample"] = false,
                ["temperature"] = 0,
                ["eos_token_id"] = new JsonArray(BpeTokenizer.MessageEnd, BpeTokenizer.EndOfText),
                ["pad_token_id"] = BpeTokenizer.EndOfText,
                ["max_new_tokens"] = 256,
            },
            directory,
            "generation_config.json");
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(
            Path.Combine(directory, "model.safetensors"),
            Named(model).Select(t => (t.Name, t.Value.to_type(ScalarType.BFloat16))),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>The weights under their usual names, stacked ones taken apart.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Named(LlamaModel model)
    {
        var parameters = model.Parameters.ToDictionary(p => p.Name);
        yield return ("model.embed_tokens.weight", parameters["embed"].Master);
        for (var i = 0; i < model.Shape.Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            yield return (layer + "input_layernorm.weight", parameters[$"{i}.norm1"].Master);
            var qkv = parameters[$"{i}.qkv"].Master;
            yield return (layer + "self_attn.q_proj.weight", qkv.narrow(0, 0, model.Shape.QueryRows));
            yield return (layer + "self_attn.k_proj.weight", qkv.narrow(0, model.Shape.QueryRows, model.Shape.KeyRows));
            yield return (layer + "self_attn.v_proj.weight", qkv.narrow(0, model.Shape.QueryRows + model.Shape.KeyRows, model.Shape.KeyRows));
            yield return (layer + "self_attn.o_proj.weight", parameters[$"{i}.o"].Master);
            yield return (layer + "post_attention_layernorm.weight", parameters[$"{i}.norm2"].Master);
            var gateUp = parameters[$"{i}.gate_up"].Master;
            yield return (layer + "mlp.gate_proj.weight", gateUp.narrow(0, 0, model.Shape.Intermediate));
            yield return (layer + "mlp.up_proj.weight", gateUp.narrow(0, model.Shape.Intermediate, model.Shape.Intermediate));
            yield return (layer + "mlp.down_proj.weight", parameters[$"{i}.down"].Master);
        }

        yield return ("model.norm.weight", parameters["norm"].Master);
    }
}
