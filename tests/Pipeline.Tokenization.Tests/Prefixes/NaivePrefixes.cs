namespace Pipeline.Tokenization.Tests.Prefixes;

/// <summary>Shared beginnings found by comparing tokens, every prompt with every other.</summary>
internal static class NaivePrefixes
{
    /// <summary>Prompts that grow out of each other, so that they share at all depths; some equal, some ending at a block's end.</summary>
    public static int[][] RandomPrompts(Random random, int count, int blockSize)
    {
        var prompts = new List<int[]>();
        while (prompts.Count < count)
        {
            int[] parent = prompts.Count > 0 && random.Next(4) > 0 ? prompts[random.Next(prompts.Count)] : [];
            int kept = random.Next(parent.Length + 1);
            int added = random.Next(3) == 0 ? blockSize - kept % blockSize : random.Next(3 * blockSize);
            int[] prompt = [.. parent.Take(kept), .. Enumerable.Range(0, added).Select(_ => random.Next(3))];
            if (prompt.Length > 0)
            {
                prompts.Add(prompt);
            }
        }

        return [.. prompts];
    }

    public static int CommonBlocks(int[] one, int[] other, int blockSize) => one.AsSpan().CommonPrefixLength(other) / blockSize;

    /// <summary>Tokens out of a cache with room for all, in the order given.</summary>
    public static long Cached(int[][] prompts, int blockSize) => Enumerable.Range(0, prompts.Length).Sum(i =>
        (long)blockSize * Math.Min(
            prompts.Take(i).Select(earlier => CommonBlocks(prompts[i], earlier, blockSize)).DefaultIfEmpty(0).Max(),
            (prompts[i].Length - 1) / blockSize));
}
