using System.CommandLine;
using System.Text.Json;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Peers;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Throughput;

/// <summary><c>bench engine</c>: tokens a second of the engine, alone or beside another one.</summary>
internal sealed class EngineBenchmark : IBenchmark
{
    private static readonly IPeer[] KnownPeers = [new LlamaCpp(), new Transformers()];

    private readonly Option<string> _model = BenchmarkCommand.Option(
        "--model", "smollm-135m", $"A model directory, or a shape to make up: {string.Join(", ", RandomModels.ModelShape.All.Select(shape => shape.Name))}.");

    private readonly Option<int> _jobs = BenchmarkCommand.Count("--jobs", 64, "Prompts.");
    private readonly Option<int> _shared = BenchmarkCommand.Count("--shared", 256, "Tokens that all prompts begin with.", least: 0);
    private readonly Option<int> _unique = BenchmarkCommand.Count("--unique", 128, "Tokens of each prompt after those.");
    private readonly Option<int> _output = BenchmarkCommand.Count("--output", 64, "Tokens generated for each prompt, exactly.");
    private readonly Option<int> _batch = BenchmarkCommand.Count("--batch", 32, "Sequences in flight at most.");
    private readonly Option<string> _prompts = BenchmarkCommand.Option("--prompts", "shared", "shared, or plain: as long, with nothing in common.");
    private readonly Option<string> _dtype = BenchmarkCommand.Option("--dtype", "float32", "float32, bfloat16 or int8.");
    private readonly Option<string> _device = BenchmarkCommand.Option("--device", "cpu", "cpu, cuda or cuda:N.");
    private readonly Option<string?> _kernels = BenchmarkCommand.Option<string?>("--kernels", null, "The engine's kernels: auto, cuda, cpu or torch. Default: its own choice.");
    private readonly Option<int?> _tokenBudget = BenchmarkCommand.Option<int?>("--token-budget", null, "Tokens in a step of the engine. Default: its own choice.");
    private readonly Option<int> _threads = BenchmarkCommand.Count("--threads", Environment.ProcessorCount, "Threads of the CPU.");
    private readonly Option<int> _runs = BenchmarkCommand.Count("--runs", 3, "Runs, each in a new process; with a peer, of each by turns.");
    private readonly Option<int> _warm = BenchmarkCommand.Count("--warm", 8, "Jobs before the clock starts.", least: 0);
    private readonly Option<int> _quiet = BenchmarkCommand.Count("--quiet", 100, "Run again while others take more than this percentage of the machine's processor time.");
    private readonly Option<string?> _peer = BenchmarkCommand.Option<string?>("--peer", null, "Compare with: llama.cpp (CPU) or transformers (CUDA).");
    private readonly Option<string?> _suite = BenchmarkCommand.Option<string?>("--suite", null, "cpu or cuda: a whole table, beside the peer of that device.");
    private readonly Option<string[]> _only = new("--only") { Description = "Those cases of the suite whose names have all of these words.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _verify = new("--verify") { Description = "Compare tokens with llama.cpp's, both in float32 and as exact as they can; by default of a small model of each family that is converted." };
    private readonly Option<string?> _child = new("--child") { Hidden = true };

    public EngineBenchmark()
    {
        _prompts.AcceptOnlyFromAmong("shared", "plain");
        _peer.AcceptOnlyFromAmong([.. KnownPeers.Select(peer => peer.Name)]);
        _suite.AcceptOnlyFromAmong("cpu", "cuda");
    }

    /// <inheritdoc/>
    public string Name => "engine";

    /// <inheritdoc/>
    public string Help => "Tokens a second of the engine, against the machine's limits and, with --peer, another engine.";

    /// <inheritdoc/>
    public Task<int> RunAsync(string[] args) => BenchmarkCommand.RunAsync(
        this,
        args,
        [_model, _jobs, _shared, _unique, _output, _batch, _prompts, _dtype, _device, _kernels, _tokenBudget, _threads, _runs, _warm, _quiet, _peer, _suite, _only, _verify, _child],
        async (options, cancellationToken) => options.GetValue(_child) is { } file
            ? RunChild(file) : await RunAsync(options, args, cancellationToken));

    private static int RunChild(string file)
    {
        RunSetting setting = JsonSerializer.Deserialize<RunSetting>(File.ReadAllText(file), Report.Json)!;
        Console.WriteLine(JsonSerializer.Serialize(EngineRun.Run(setting), Report.Line));
        return 0;
    }

    private async Task<int> RunAsync(ParseResult options, string[] args, CancellationToken cancellationToken)
    {
        Machine.WarnUnlessQuiet();
        bool verify = options.GetValue(_verify);
        string? suite = options.GetValue(_suite);
        string? peer = verify || suite == "cpu" ? "llama.cpp" : suite == "cuda" ? "transformers" : options.GetValue(_peer);
        var runner = new CaseRunner
        {
            Runs = verify ? 1 : options.GetRequiredValue(_runs),
            Threads = options.GetRequiredValue(_threads),
            Warm = verify ? 0 : options.GetRequiredValue(_warm),
            Kernels = options.GetValue(_kernels),
            TokenBudget = options.GetValue(_tokenBudget),
            Exact = verify,
            MostDisturbance = options.GetRequiredValue(_quiet) / 100.0,
            Peer = KnownPeers.FirstOrDefault(known => known.Name == peer),
        };
        string[] words = options.GetValue(_only) ?? [];
        BenchmarkCase[] cases = [.. Cases(options, suite, verify).Where(chosen => Array.TrueForAll(words, word => chosen.Name.Contains(word, StringComparison.Ordinal)))];
        if (cases.Length == 0)
        {
            throw new BenchmarkException($"--only {string.Join(' ', words)}: no case has that name; there are {string.Join(", ", Cases(options, suite, verify).Select(chosen => chosen.Name))}.");
        }

        Console.WriteLine($"{Machine.Here()}\n");
        List<CaseResult> results = await RunCasesAsync(runner, cases, suite, args, cancellationToken);
        if (results.Count > 1)
        {
            CasePrinter.PrintMedians(results, Console.Out);
        }

        return results.Count < cases.Length || (verify && !Verification.Print(results, Console.Out)) ? 1 : 0;
    }

    private async Task<List<CaseResult>> RunCasesAsync(
        CaseRunner runner, BenchmarkCase[] cases, string? suite, string[] args, CancellationToken cancellationToken)
    {
        var results = new List<CaseResult>();
        foreach (BenchmarkCase chosen in cases)
        {
            try
            {
                CaseResult result = await runner.RunAsync(chosen, cancellationToken);
                CasePrinter.PrintRuns(result, Console.Out);
                results.Add(result);
                Report.Write(suite is null ? Name : $"{Name}-{suite}-{chosen.Name}", args, result.Reported());
            }
            catch (Exception e) when (suite is not null && e is (BenchmarkException or UnsupportedModelException))
            {
                await Console.Error.WriteLineAsync($"{chosen.Name} is left out: {e.Message}\n");
            }
        }

        return results;
    }

    private IEnumerable<BenchmarkCase> Cases(ParseResult options, string? suite, bool verify)
    {
        var workload = new Workload(
            options.GetRequiredValue(_jobs), options.GetRequiredValue(_shared), options.GetRequiredValue(_unique),
            options.GetRequiredValue(_output), options.GetRequiredValue(_batch));
        IEnumerable<string> models = verify && options.GetResult(_model) is not { Implicit: false }
            ? ModelShape.Tiny.Select(shape => shape.Name) : [options.GetRequiredValue(_model)];
        string dtype = verify ? "float32" : options.GetRequiredValue(_dtype);
        return suite switch
        {
            "cpu" => BenchmarkCase.Cpu(workload),
            "cuda" => BenchmarkCase.Cuda(),
            _ => models.Select(model => new BenchmarkCase(
                model, options.GetRequiredValue(_device), dtype, options.GetRequiredValue(_prompts) == "plain" ? workload.Plain() : workload)),
        };
    }
}
