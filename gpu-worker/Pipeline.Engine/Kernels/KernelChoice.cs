namespace Pipeline.Engine.Kernels;

/// <summary>The kernels that an engine computes with.</summary>
/// <param name="Kernels">The kernels; whoever asked owns them.</param>
/// <param name="Warning">Why faster ones were not taken, though they should have been; null if all is well.</param>
internal sealed record KernelChoice(IKernels Kernels, string? Warning)
{
    /// <summary>The name that leaves the choice to the engine.</summary>
    public const string Auto = "auto";

    /// <summary>
    /// Makes the first kernels that suit the setting and prove themselves against the reference. Where some fail to, the
    /// next are tried: a slow engine is better than a wrong one, or none.
    /// </summary>
    /// <param name="setting">What for.</param>
    /// <param name="wanted">A maker's name, or <see cref="Auto"/> for any.</param>
    /// <param name="makers">The makers, best first; the last is the reference, which is taken at its word.</param>
    /// <exception cref="InvalidOperationException">The one that is wanted by name does not exist, or does not suit.</exception>
    public static KernelChoice Make(KernelSetting setting, string wanted, IReadOnlyList<IKernelMaker> makers)
    {
        IKernelMaker reference = makers[^1];
        List<IKernelMaker> suiting = [.. makers.Where(maker => (wanted == Auto || maker.Name == wanted) && maker.Suits(setting))];
        if (suiting.Count == 0)
        {
            string names = string.Join(", ", makers.Select(maker => maker.Name));
            throw new InvalidOperationException(makers.Any(maker => maker.Name == wanted)
                ? $"Kernels of kind '{wanted}' cannot be made for this model, type and machine."
                : $"There are no kernels of kind '{wanted}'; there are: {Auto}, {names}.");
        }

        List<string> warnings = [];
        foreach (IKernelMaker maker in suiting.Where(maker => maker != reference))
        {
            if (TryMake(maker, reference, setting, out string reason) is { } kernels)
            {
                return new KernelChoice(kernels, Join(warnings));
            }

            warnings.Add($"Kernels of kind '{maker.Name}' are not used: {reason}");
        }

        return new KernelChoice(reference.Make(setting), Join(warnings));
    }

    private static IKernels? TryMake(IKernelMaker maker, IKernelMaker reference, KernelSetting setting, out string reason)
    {
        IKernels? kernels = null;
        try
        {
            kernels = maker.Make(setting);
            if (KernelProof.Disprove(kernels, reference, setting) is not { } wrong)
            {
                reason = "";
                return kernels;
            }

            reason = wrong;
        }
        catch (Exception exception)
        {
            // Whatever went wrong: the reference does without.
            reason = exception.Message;
        }

        kernels?.Dispose();
        return null;
    }

    private static string? Join(List<string> warnings) => warnings.Count == 0 ? null : string.Join(" ", warnings);
}
