using System.ComponentModel.DataAnnotations;

namespace Pipeline.GpuWorker;

/// <summary>How a worker is set up: the section <c>Pipeline:Worker</c>.</summary>
internal sealed class WorkerOptions
{
    public const string Section = "Pipeline:Worker";

    /// <summary>A Hugging Face model directory; needed by the backend <c>local</c> alone.</summary>
    public string? ModelDirectory { get; set; }

    /// <summary>The name that jobs ask for; it names the queue.</summary>
    [Required]
    public string ModelName { get; set; } = "";

    /// <summary><c>local</c>: the engine in this process. <c>echo</c>: no model, for load tests.</summary>
    [RegularExpression("local|echo")]
    public string Backend { get; set; } = "local";

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    [RegularExpression(@"cpu|cuda(:\d+)?")]
    public string Device { get; set; } = "cpu";

    /// <summary><c>float32</c>, <c>bfloat16</c> or <c>int8</c>.</summary>
    [RegularExpression("float32|bfloat16|int8")]
    public string Dtype { get; set; } = "float32";

    /// <summary>The engine's kernels: <c>auto</c>, or one of <c>cuda</c>, <c>cpu</c> and <c>torch</c> by name.</summary>
    [RegularExpression("auto|cuda|cpu|torch")]
    public string Kernels { get; set; } = "auto";

    /// <summary>
    /// How the model writes calls of functions: <c>hermes</c> (Qwen too), <c>llama</c>, <c>mistral</c>, <c>deepseek</c>, <c>kimi</c>,
    /// <c>phi</c>, <c>command</c> or <c>generic</c>. Not set: told by its chat template and its special tokens.
    /// </summary>
    [RegularExpression("hermes|llama|mistral|deepseek|kimi|phi|command|generic")]
    public string? ToolCallFormat { get; set; }

    /// <summary>
    /// Who guesses tokens ahead for requests that do not say: <c>off</c>, <c>lookup</c>, or <c>draft</c>, which needs
    /// <see cref="DraftModelDirectory"/>.
    /// </summary>
    [RegularExpression("off|lookup|draft")]
    public string Speculation { get; set; } = "off";

    /// <summary>The Hugging Face directory of a smaller model with the same tokens, that guesses ahead; none if not set.</summary>
    public string? DraftModelDirectory { get; set; }

    /// <summary>
    /// Slices that the worker holds at a time, by prefetch. Enough to fill the engine twice with full slices; more would
    /// keep work from workers that have none.
    /// </summary>
    [Range(1, 256)]
    public int PrefetchSlices { get; set; } = 8;

    /// <summary>Jobs worked on at a time. Not set: the engine chooses by its device and memory; the echo takes 256.</summary>
    [Range(1, 4096)]
    public int? MaxRunning { get; set; }

    /// <summary>Memory for the engine's KV cache, in MiB. Not set: measured once the model is loaded.</summary>
    [Range(1, 1 << 20)]
    public int? KvCacheMegabytes { get; set; }

    /// <summary>Tokens that the engine computes in a step. Not set: chosen by its device and memory.</summary>
    [Range(1, 1 << 20)]
    public int? TokenBudget { get; set; }

    /// <summary>Threads that a CPU engine computes with; all cores if not set.</summary>
    [Range(1, 1024)]
    public int? Threads { get; set; }

    /// <summary>
    /// Deliveries of a message before it goes to the dead-letter queue. A worker that dies or stops costs one, so that it is
    /// far above what a healthy slice meets; the scheduler sends such a slice again all the same.
    /// </summary>
    [Range(1, 1000)]
    public int DeliveryLimit { get; set; } = 20;

    /// <summary>Seconds between two heartbeats. The scheduler ends a lease after five of them, by default.</summary>
    [Range(0.05, 60)]
    public double HeartbeatSeconds { get; set; } = 3;

    /// <summary>Seconds between two looks at whether the jobs that run are still wanted.</summary>
    [Range(0.05, 60)]
    public double WatchSeconds { get; set; } = 1;

    /// <summary>Results that are committed together at most.</summary>
    [Range(1, 10_000)]
    public int CommitGroup { get; set; } = 256;

    /// <summary>Milliseconds that the first result of a group waits for others, while there are jobs that may yet end.</summary>
    [Range(0, 10_000)]
    public int CommitDelayMilliseconds { get; set; } = 50;

    /// <summary>The backend <c>echo</c>.</summary>
    public EchoOptions Echo { get; set; } = new();
}
