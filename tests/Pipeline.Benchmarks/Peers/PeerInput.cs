using System.Text.Json;
using Pipeline.Benchmarks.Support;
using Pipeline.Benchmarks.Throughput;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Peers;

/// <summary>What a peer's script is given: a JSON file with the prompts and how to run them.</summary>
internal sealed class PeerInput : IDisposable
{
    /// <summary>Writes the file; <paramref name="extra"/> is what this peer alone needs.</summary>
    public PeerInput(RunSetting setting, string model, object extra)
    {
        Workload workload = setting.Workload;
        int vocabulary = ModelConfigReader.Read(setting.Model).VocabularySize;
        var input = new
        {
            Model = model,
            setting.Threads,
            setting.Dtype,
            workload.Output,
            workload.Batch,
            workload.Shared,
            WarmOutput = setting.WarmUp.Output,
            WarmPrompts = setting.Warm > 0 ? setting.WarmUp.Prompts(vocabulary, ~setting.Seed) : [],
            Prompts = workload.Prompts(vocabulary, setting.Seed),
            Extra = extra,
        };
        File.WriteAllText(Path, JsonSerializer.Serialize(input, Report.Json));
    }

    public string Path { get; } = System.IO.Path.GetTempFileName();

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);
}
