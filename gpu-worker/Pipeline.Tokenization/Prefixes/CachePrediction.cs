namespace Pipeline.Tokenization.Prefixes;

/// <summary>What a prefix cache is expected to save, or has saved.</summary>
/// <param name="PromptTokens">Tokens of all prompts.</param>
/// <param name="CachedTokens">Those of them that come out of the cache.</param>
public sealed record CachePrediction(long PromptTokens, long CachedTokens)
{
    /// <summary>Tokens that have to be computed.</summary>
    public long PrefillTokens => PromptTokens - CachedTokens;

    /// <summary>The share of the prompts' tokens that comes out of the cache, from 0 to 1; 0 without prompts.</summary>
    public double HitRate => PromptTokens > 0 ? (double)CachedTokens / PromptTokens : 0;

    /// <summary>
    /// What comes out of a cache with room for all, for prompts in depth-first order: there each has most in common with the
    /// one right before it. A prompt's last token is never cached: its output is what comes next.
    /// </summary>
    internal static CachePrediction Of(ReadOnlySpan<PromptOutline> prompts, int blockSize)
    {
        long tokens = 0, cached = 0;
        for (int i = 0; i < prompts.Length; i++)
        {
            tokens += prompts[i].Tokens;
            if (i > 0)
            {
                cached += (long)blockSize * Math.Min(prompts[i].CommonBlocks(prompts[i - 1]), (prompts[i].Tokens - 1) / blockSize);
            }
        }

        return new CachePrediction(tokens, cached);
    }
}
