using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Throughput;

/// <summary>Prints a figure; run by name, alone: <c>-method '*Tokens_per_second*' -explicit only</c>.</summary>
public sealed class ThroughputFigure(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData("float32", 64)]
    [InlineData("bfloat16", 64)]
    [InlineData("bfloat16", 256)]
    public void Tokens_per_second_of_short_jobs(string dtype, int running)
    {
        using RandomModel model = new(new()
        {
            Hidden = 256, Intermediate = 704, Layers = 6, Heads = 8, KeyValueHeads = 4, HeadSize = 32, Vocabulary = 4096, Context = 1024,
        });
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = model.Directory, Dtype = dtype, MaxRunningSequences = running });
        Random random = new(3);
        int[] shared = [.. Enumerable.Range(0, 64).Select(_ => random.Next(4096))];
        for (int round = 0; round < 3; round++)
        {
            EngineStatistics before = engine.Statistics;
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < running; i++)
            {
                engine.Add(EngineDriver.Greedy($"{i}", [.. shared, .. Enumerable.Range(0, 236).Select(_ => random.Next(4096))], 48));
            }

            while (engine.HasWork)
            {
                engine.Step();
            }

            EngineStatistics after = engine.Statistics;
            double seconds = after.BusySeconds - before.BusySeconds;
            output.WriteLine(
                $"{dtype}: {seconds:F2} s, {after.Steps - before.Steps} steps, "
                + $"{(after.PrefillTokens - before.PrefillTokens) / seconds:F0} prompt and "
                + $"{(after.DecodeTokens - before.DecodeTokens) / seconds:F0} generated tokens/s, {running / seconds:F1} jobs/s; "
                + $"host {(after.HostSeconds - before.HostSeconds) / seconds:P2}, "
                + $"{(after.AllocatedBytes - before.AllocatedBytes) / (after.Steps - before.Steps):N0} bytes allocated per step; "
                + $"{(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F2} s of processor time");
        }
    }
}
