using Pipeline.Benchmarks.Gguf;
using Pipeline.Benchmarks.Support;
using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Peers;

/// <summary>
/// llama.cpp on the CPU, prebuilt, through node-llama-cpp: batches of 512 tokens, flash attention where it pays,
/// a float16 cache, an own batching loop over its native batches. What prompts share is computed once and its cells are shared.
/// </summary>
internal sealed class LlamaCpp : IPeer
{
    private const string Script = "llama-cpp.mjs";

    /// <inheritdoc/>
    public string Name => "llama.cpp";

    private static string Folder => Folders.Kept(Path.Combine("peers", "llama.cpp"));

    /// <inheritdoc/>
    public Task CheckAsync(BenchmarkCase chosen, CancellationToken cancellationToken)
    {
        _ = TypeOf(chosen.Dtype);
        if (chosen.Device != "cpu")
        {
            throw new BenchmarkException("--peer llama.cpp runs on the CPU only.");
        }

        if (Child.Find("node") is null || !Directory.Exists(Path.Combine(Folder, "node_modules", "node-llama-cpp")))
        {
            throw new BenchmarkException($"--peer llama.cpp needs Node.js, and node-llama-cpp in {Folder}: ./pipeline bench installs them where it may.");
        }

        // Node looks for packages beside the script.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Peers", Script), Path.Combine(Folder, Script), overwrite: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<RunResult> RunAsync(RunSetting setting, CancellationToken cancellationToken)
    {
        var how = new { Kv = setting.Exact ? "F32" : "F16", FlashAttention = setting.Exact ? "off" : "auto" };
        using var input = new PeerInput(setting, GgufConverter.Find(setting.Model, TypeOf(setting.Dtype)), how);
        RunResult result = await Child.RunAsync<RunResult>("node", [Path.Combine(Folder, Script), input.Path], cancellationToken);
        return result with { PromptTokens = setting.Workload.PromptTokens, LeastPrefill = setting.Workload.LeastPrefill };
    }

    private static GgufType TypeOf(string dtype) => dtype switch
    {
        "float32" => GgufType.F32,
        "bfloat16" => GgufType.BF16,
        "int8" => GgufType.Q8_0,
        _ => throw new BenchmarkException($"--peer llama.cpp knows no --dtype {dtype}."),
    };
}
