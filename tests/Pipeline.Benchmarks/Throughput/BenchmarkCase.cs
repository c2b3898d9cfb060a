namespace Pipeline.Benchmarks.Throughput;

/// <summary>A model in a type, with a workload: what is measured in several runs.</summary>
/// <param name="Model">A model directory, or the name of a shape.</param>
/// <param name="Device">Such as <c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Dtype">What the engine computes in.</param>
/// <param name="Workload">What it computes.</param>
internal sealed record BenchmarkCase(string Model, string Device, string Dtype, Workload Workload)
{
    /// <summary><c>shared</c> or <c>plain</c>: whether the prompts have anything in common.</summary>
    public string Prompts => Workload.Shared > 0 ? "shared" : "plain";

    /// <summary>Names the case among others.</summary>
    public string Name => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Model))}-{Dtype}-{Prompts}";

    /// <summary>The table of the CPU: two models, three types, with and without a shared beginning.</summary>
    public static IEnumerable<BenchmarkCase> Cpu(Workload workload) =>
        from model in (string[])["smollm-135m", "qwen-0.5b-like"]
        from dtype in (string[])["float32", "bfloat16", "int8"]
        from prompts in (Workload[])[workload, workload.Plain()]
        select new BenchmarkCase(model, "cpu", dtype, prompts);

    /// <summary>The table of a GPU: two models in bfloat16.</summary>
    public static IEnumerable<BenchmarkCase> Cuda() =>
        from model in (string[])["llama-3.1-8b", "qwen3-0.6b"]
        select new BenchmarkCase(model, "cuda", "bfloat16", new Workload(Jobs: 512, Shared: 1024, Unique: 512, Output: 128, Batch: 256));
}
