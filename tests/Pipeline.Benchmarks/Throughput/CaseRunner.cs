using System.Text.Json;
using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Peers;
using Pipeline.Benchmarks.RandomModels;
using Pipeline.Benchmarks.Support;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Throughput;

/// <summary>Runs cases: engine, peer, engine, peer, ..., each in a process of its own, one at a time.</summary>
internal sealed class CaseRunner
{
    private const int TriesPerRun = 4;

    public required int Runs { get; init; }

    public required int Threads { get; init; }

    public required int Warm { get; init; }

    public string? Kernels { get; init; }

    public int? TokenBudget { get; init; }

    /// <summary>Whether tokens are compared, not times.</summary>
    public bool Exact { get; init; }

    /// <summary>Runs count only where others took no more than this share of the machine's processor time.</summary>
    public double MostDisturbance { get; init; } = 1;

    /// <summary>Whom the engine is compared with, if anybody.</summary>
    public IPeer? Peer { get; init; }

    /// <summary>Measures the machine's ceilings, then runs the case as often as asked.</summary>
    /// <exception cref="BenchmarkException">The engine or the peer cannot run it.</exception>
    public async Task<CaseResult> RunAsync(BenchmarkCase chosen, CancellationToken cancellationToken)
    {
        Ceilings.Require(chosen.Device);
        if (Peer is not null)
        {
            await Peer.CheckAsync(chosen, cancellationToken);
        }

        string directory = RandomModel.Find(chosen.Model);
        _ = ModelConfigReader.Read(directory);   // refuses, before anything is measured, what the engine does not load
        var setting = new RunSetting
        {
            Model = directory,
            Device = chosen.Device,
            Dtype = chosen.Dtype,
            Kernels = Kernels,
            TokenBudget = TokenBudget,
            Threads = Threads,
            Workload = chosen.Workload,
            Warm = Warm,
            Exact = Exact,
            Ceilings = await SelfAsync<Ceilings>(
                ["ceilings", "--line", "--model", directory, "--device", chosen.Device, "--threads", $"{Threads}"], cancellationToken),
        };
        return await RunPairsAsync(chosen, setting, cancellationToken);
    }

    private async Task<CaseResult> RunPairsAsync(BenchmarkCase chosen, RunSetting setting, CancellationToken cancellationToken)
    {
        var engine = new List<RunResult>();
        var peer = new List<RunResult>();
        for (int tries = 0; engine.Count < Runs; tries++)
        {
            if (tries == TriesPerRun * Runs)
            {
                throw new BenchmarkException($"of {tries} runs only {engine.Count} were undisturbed; {Runs} are wanted.");
            }

            RunResult own = await RunEngineAsync(setting, cancellationToken);
            RunResult? other = Peer is null ? null : await Peer.RunAsync(setting, cancellationToken);
            if (Math.Max(own.Disturbance ?? 0, other?.Disturbance ?? 0) is var disturbance && disturbance > MostDisturbance)
            {
                await Console.Error.WriteLineAsync($"{chosen.Name}: a run does not count, since others took {disturbance:P0} of the machine");
                continue;
            }

            engine.Add(own);
            peer.AddRange(other is null ? [] : [other]);
        }

        return new CaseResult(chosen, setting.Ceilings, engine, peer);
    }

    private static async Task<RunResult> RunEngineAsync(RunSetting setting, CancellationToken cancellationToken)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(setting, Report.Json), cancellationToken);
            return await SelfAsync<RunResult>(["engine", "--child", file], cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>This program again: a device's memory is free when it ends.</summary>
    private static Task<T> SelfAsync<T>(string[] arguments, CancellationToken cancellationToken)
    {
        (string program, string[] first) = Child.Self();
        return Child.RunAsync<T>(program, [.. first, .. arguments], cancellationToken);
    }
}
