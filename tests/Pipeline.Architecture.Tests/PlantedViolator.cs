using Pipeline.Migrator;
using TorchSharp;

namespace Pipeline.Architecture.Tests.Planted;

/// <summary>Breaks the rules on purpose: it plans with a tensor, makes numbers nobody keeps, and reaches into a host and the engine.</summary>
internal static class PlantedViolator
{
    public static long Plan(torch.Tensor tensor) => tensor.numel();

    public static torch.Tensor Shift(torch.Tensor tensor) => tensor.mul(2).add_(tensor).square();

    public static Type Part => typeof(Engine.InferenceEngine);

    public static Type Host => typeof(DatabaseMigrator);
}
