using Pipeline.Benchmarks.Support;
using Pipeline.Benchmarks.Throughput;

namespace Pipeline.Benchmarks.Peers;

/// <summary>
/// Hugging Face transformers, its continuous batching with CUDA graphs and shared blocks, in the Python that
/// <c>PIPELINE_PYTHON</c> names or the path holds.
/// </summary>
internal sealed class Transformers : IPeer
{
    private const string Script = "transformers-batching.py";

    /// <inheritdoc/>
    public string Name => "transformers";

    private static string? Python => Environment.GetEnvironmentVariable("PIPELINE_PYTHON") ?? Child.Find("python3");

    private static string ScriptPath => Path.Combine(AppContext.BaseDirectory, "Peers", Script);

    /// <inheritdoc/>
    public async Task CheckAsync(BenchmarkCase chosen, CancellationToken cancellationToken)
    {
        if (chosen.Dtype is not ("float32" or "bfloat16"))
        {
            throw new BenchmarkException($"--peer transformers knows no --dtype {chosen.Dtype}.");
        }

        if (Python is null)
        {
            throw new BenchmarkException("--peer transformers needs Python with PyTorch and transformers: there is no python3, and PIPELINE_PYTHON names none.");
        }

        // Without an input the script only looks for its packages.
        await Child.RunAsync<object>(Python, [ScriptPath], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<RunResult> RunAsync(RunSetting setting, CancellationToken cancellationToken)
    {
        using var input = new PeerInput(setting, setting.Model, new { setting.Device });
        RunResult result = await Child.RunAsync<RunResult>(Python!, [ScriptPath, input.Path], cancellationToken);
        return result with { PromptTokens = setting.Workload.PromptTokens, LeastPrefill = setting.Workload.LeastPrefill };
    }
}
