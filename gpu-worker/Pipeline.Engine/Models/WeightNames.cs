namespace Pipeline.Engine.Models;

/// <summary>
/// What a family calls its weights on disk, without the layer's <c>layers.N.</c> before and <c>.weight</c> behind. A name that is
/// null says that the family has no such weight.
/// </summary>
internal sealed record WeightNames
{
    /// <summary>Hugging Face's LlamaForCausalLM, which most others follow.</summary>
    public static WeightNames Llama { get; } = new();

    /// <summary>What may stand before all names but the head's: the first under which an embedding is stored counts.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = ["model.", ""];

    /// <summary>Of what attention sees.</summary>
    public string AttentionNorm { get; init; } = "input_layernorm";

    /// <summary>Of what attention has computed, before it is added to the residual stream.</summary>
    public string? AttentionOutputNorm { get; init; }

    /// <summary>Of what the feed-forward layer sees.</summary>
    public string FeedForwardNorm { get; init; } = "post_attention_layernorm";

    /// <summary>Of what the feed-forward layer has computed, before it is added to the residual stream.</summary>
    public string? FeedForwardOutputNorm { get; init; }

    /// <summary>Queries, keys and values: three matrices, or one that holds all.</summary>
    public IReadOnlyList<string> QueryKeyValue { get; init; } = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    /// <summary>Of each query head, before it turns.</summary>
    public string? QueryNorm { get; init; }

    /// <summary>Of each key head, before it turns.</summary>
    public string? KeyNorm { get; init; }

    /// <summary>Attention's output projection.</summary>
    public string Output { get; init; } = "self_attn.o_proj";

    /// <summary>Gate and up projection: two matrices, or one that holds both.</summary>
    public IReadOnlyList<string> GateUp { get; init; } = ["mlp.gate_proj", "mlp.up_proj"];

    /// <summary>The way back.</summary>
    public string Down { get; init; } = "mlp.down_proj";

    /// <summary>What chooses a token's experts.</summary>
    public string Router { get; init; } = "mlp.gate";

    /// <summary>Gate and up projection of expert {0}.</summary>
    public IReadOnlyList<string> ExpertGateUp { get; init; } = ["mlp.experts.{0}.gate_proj", "mlp.experts.{0}.up_proj"];

    /// <summary>The way back of expert {0}.</summary>
    public string ExpertDown { get; init; } = "mlp.experts.{0}.down_proj";
}
