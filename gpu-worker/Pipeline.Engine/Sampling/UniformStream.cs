namespace Pipeline.Engine.Sampling;

/// <summary>
/// Uniform numbers by seed and position, without state: the n-th token of a request meets the same chance
/// whatever runs beside it, and after preemption. SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
/// </summary>
internal static class UniformStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public static double At(ulong seed, int position) =>
        (Mix(Mix(seed + Golden) + (Golden * ((ulong)position + 1))) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The seed of one of several completions of the same prompt: the first has the request's own.</summary>
    public static ulong SeedOf(ulong seed, int choice) => choice == 0 ? seed : Mix(seed ^ Mix((ulong)choice));

    /// <summary>Scrambles 64 bits: each input bit changes about half of the output's.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
