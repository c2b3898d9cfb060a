namespace Pipeline.Engine.Embedding.Pooling;

/// <summary>How the states of an input's tokens become one vector. Names and meanings are those of sentence-transformers' Pooling module.</summary>
public enum PoolingMode
{
    /// <summary>The first token's state (<c>pooling_mode_cls_token</c>): the bge models.</summary>
    Cls,

    /// <summary>The mean of all (<c>pooling_mode_mean_tokens</c>): e5, MiniLM, gte.</summary>
    Mean,

    /// <summary>The sum of all by the root of their number (<c>pooling_mode_mean_sqrt_len_tokens</c>).</summary>
    MeanSqrtLength,

    /// <summary>The mean of all, each weighted by its place from 1 (<c>pooling_mode_weightedmean_tokens</c>): SGPT.</summary>
    WeightedMean,

    /// <summary>The largest of each value (<c>pooling_mode_max_tokens</c>).</summary>
    Max,

    /// <summary>The last token's state (<c>pooling_mode_lasttoken</c>): decoders such as Qwen3-Embedding and e5-mistral.</summary>
    LastToken,
}
