namespace Pipeline.Engine.Tests.Reference.Families;

/// <summary>transformers/models/llama/modeling_llama.py; mistral/modeling_mistral.py is the same with a window.</summary>
internal class LlamaReference(ReferenceConfig config, Dictionary<string, double[]> weights) : ReferenceFamily(config, weights);

/// <summary>transformers/models/mistral/modeling_mistral.py: MistralModel.forward masks all layers by config.sliding_window, if set.</summary>
internal class MistralReference(ReferenceConfig config, Dictionary<string, double[]> weights) : LlamaReference(config, weights)
{
    protected override int? Window(int layer) => Config.Has("sliding_window") ? Config.Int("sliding_window") : null;
}
