using System.CommandLine;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.GpuWorker.Backends.Local;

namespace Pipeline.GpuWorker.Commands.RunBatch;

/// <summary><c>run-batch</c>: a batch's input file through the engine alone, without broker or database.</summary>
internal static class RunBatchCommand
{
    /// <summary>Lines that wait for each that runs: enough that the engine is never short of work.</summary>
    private const int WindowPerRunning = 4;

    public static Command Create()
    {
        var input = new Option<string>("--input", "-i") { Description = "The input file: JSON lines as for a batch; - for the standard input.", HelpName = "FILE", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "The output file; - for the standard output.", HelpName = "FILE", Required = true };
        Option<string> model = ModelOption.Create();
        var name = new Option<string?>("--model-name") { Description = "The name that requests ask for. Default: the name of the model's directory.", HelpName = "NAME" };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var dtype = new Option<string>("--dtype") { Description = "float32, bfloat16 or int8.", DefaultValueFactory = _ => "float32" };
        var kernels = new Option<string>("--kernels") { Description = "auto, cuda, cpu or torch.", DefaultValueFactory = _ => "auto" };
        var maxRunning = new Option<int?>("--max-running") { Description = "Requests computed at a time. Default: by device and memory." };
        var tokenBudget = new Option<int?>("--token-budget") { Description = "Tokens computed in a step. Default: by device and memory." };
        var cacheMegabytes = new Option<int?>("--kv-cache-mb") { Description = "Memory for the KV cache, in MiB. Default: measured." };
        var noPrefixCache = new Option<bool>("--no-prefix-cache") { Description = "Compute every prompt from its beginning." };
        var threads = new Option<int?>("--threads") { Description = "Threads to compute with. Default: all cores." };
        var seed = new Option<long?>("--seed") { Description = "Seeds the requests that bring no seed. Default: drawn anew." };
        var calls = new Option<string?>("--tool-call-format")
        {
            Description = $"How the model writes calls: {string.Join(", ", ToolCallFormats.Names)}. Default: told by its chat template.",
        };
        calls.AcceptOnlyFromAmong([.. ToolCallFormats.Names]);
        var speculation = new Option<SpeculationMode>("--speculation") { Description = "Who guesses tokens ahead for requests that do not say: off, lookup or draft.", DefaultValueFactory = _ => SpeculationMode.Off };
        var draftModel = new Option<string?>("--draft-model") { Description = "The directory of a smaller model with the same tokens, for draft.", HelpName = "DIR" };
        var command = new Command("run-batch", "Runs a batch's input file through the engine alone, and writes its output file.")
        {
            input, output, model, name, device, dtype, kernels, maxRunning, tokenBudget, cacheMegabytes, noPrefixCache, threads, seed, speculation, draftModel, calls,
        };
        command.SetAction((result, cancellationToken) =>
        {
            string directory = result.GetValue(model)!;
            var options = new EngineOptions
            {
                ModelDirectory = directory,
                Device = result.GetValue(device)!,
                Dtype = result.GetValue(dtype)!,
                Kernels = result.GetValue(kernels)!,
                MaxRunningSequences = result.GetValue(maxRunning),
                TokenBudget = result.GetValue(tokenBudget),
                KvCacheBytes = (long?)result.GetValue(cacheMegabytes) << 20,
                PrefixCaching = !result.GetValue(noPrefixCache),
                Threads = result.GetValue(threads),
                Seed = result.GetValue(seed),
                Speculation = result.GetValue(speculation),
                DraftModelDirectory = result.GetValue(draftModel),
            };
            string modelName = result.GetValue(name) ?? new DirectoryInfo(directory).Name;
            return RunAsync(options, modelName, result.GetValue(input)!, result.GetValue(output)!, result.GetValue(calls), TimeProvider.System, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        EngineOptions options, string modelName, string inputPath, string outputPath, string? toolCallFormat, TimeProvider time, CancellationToken cancellationToken)
    {
        if (inputPath != "-" && !File.Exists(inputPath))
        {
            await Console.Error.WriteLineAsync($"There is no input file {inputPath}.");
            return 1;
        }
        long start = time.GetTimestamp();
        ILocalModel? model = ModelOption.Load(() => LocalModels.Load(new LocalModelSetting(options, modelName, toolCallFormat), time), Console.Error);
        if (model is null)
        {
            return 1;
        }
        await using ILocalModel loaded = model;
        await Console.Error.WriteLineAsync($"{modelName} loaded on {options.Device} as {options.Dtype} with {model.ComputesWith} in {time.GetElapsedTime(start).TotalSeconds:F1} s");
        if (model.Warning is { } warning)
        {
            await Console.Error.WriteLineAsync(warning);
        }
        var runner = new BatchRunner(model.RunAsync, modelName, model.MaxRunning * WindowPerRunning, time);
        return await RunFilesAsync(runner, inputPath, outputPath, time, cancellationToken);
    }

    private static async Task<int> RunFilesAsync(
        BatchRunner runner, string inputPath, string outputPath, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        int exitCode = 0;
        try
        {
            using TextReader input = inputPath == "-" ? Console.In : new StreamReader(inputPath);
            await using TextWriter output = outputPath == "-" ? Console.Out : new StreamWriter(outputPath);
            await runner.RunAsync(input, output, Console.Error, cancellationToken);
        }
        catch (Exception e) when (e is EngineFailedException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            exitCode = 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before the end.");
            exitCode = 130;
        }
        await Console.Error.WriteLineAsync(runner.Totals.Summary(time.GetElapsedTime(start)));
        return exitCode;
    }
}
