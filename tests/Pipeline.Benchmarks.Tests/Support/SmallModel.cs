using Pipeline.Benchmarks.RandomModels;

namespace Pipeline.Benchmarks.Tests.Support;

/// <summary>A model of a few thousand random weights, in a directory that goes when it is disposed.</summary>
public sealed class SmallModel : IDisposable
{
    internal static ModelShape Shape { get; } = new()
    {
        Name = "small", Hidden = 64, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadSize = 16, Intermediate = 96, Vocabulary = 1000, Context = 256,
        Deviation = 0.1, EmbeddingDeviation = 1,
    };

    public SmallModel() => RandomModel.Write(Shape, Directory);

    public string Directory { get; } = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}");

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
