using System.Runtime.CompilerServices;
using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Speculation;

/// <summary>Steps that wait for the one before.</summary>
public sealed class DraftModelInStepTests() : DraftModelTests(stepsAhead: 0);

/// <summary>Steps that are launched while the tokens of the one before are on the device alone.</summary>
public sealed class DraftModelAheadTests() : DraftModelTests(stepsAhead: 1);

public abstract class DraftModelTests(int stepsAhead) : IDisposable
{
    private readonly RandomModel _model = new(new() { Seed = 41, Layers = 3 });

    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_model_that_guesses_for_itself_is_right_even_where_tokens_are_drawn()
    {
        GenerationRequest[] requests = Requests();
        using InferenceEngine plain = InferenceEngine.Load(Options(null), StoppedClock.Instance);
        using InferenceEngine engine = InferenceEngine.Load(Options(_model.Directory), StoppedClock.Instance);
        AreSame(EngineDriver.Run(plain, requests), EngineDriver.Run(engine, requests));

        // Both meet the same chances: so both choose the same tokens.
        EngineStatistics statistics = engine.Statistics;
        Assert.True(statistics.AcceptedTokens > 100, $"{statistics.AcceptedTokens} accepted");
        Assert.InRange((double)statistics.AcceptedTokens / statistics.DraftedTokens, 0.97, 1);
        Assert.True(statistics.Steps < plain.Statistics.Steps);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(24)]
    public void A_model_that_knows_nothing_changes_no_token(int? blocks)
    {
        using RandomModel ignorant = new(_model.Shape with { Seed = 42, Layers = 1, Hidden = 16, Heads = 2, KeyValueHeads = 1 });
        GenerationRequest[] requests = Requests();
        EngineOptions options = Options(ignorant.Directory) with { BlockSize = 4, BlockCount = blocks, TokenBudget = 50 };
        using InferenceEngine plain = InferenceEngine.Load(options with { Speculation = SpeculationMode.Off });
        using InferenceEngine engine = InferenceEngine.Load(options, StoppedClock.Instance);
        AreSame(EngineDriver.Run(plain, requests), EngineDriver.Run(engine, requests));
        Assert.True(engine.Statistics.DraftedTokens > 0);
        Assert.Equal(blocks is not null, engine.Statistics.Preemptions > 0);
    }

    [Fact]
    public void Device_seconds_of_all_results_sum_to_the_busy_time_guesses_included()
    {
        using InferenceEngine engine = InferenceEngine.Load(Options(_model.Directory));
        double sum = EngineDriver.Run(engine, Requests()).Values.Sum(result => result.DeviceSeconds);
        Assert.Equal(1, sum / engine.BusySeconds, 9);
    }

    [Fact]
    public void A_draft_model_of_another_vocabulary_is_refused_by_name()
    {
        using RandomModel other = new(_model.Shape with { Vocabulary = 98 });
        ArgumentException refused = Assert.Throws<ArgumentException>(() => InferenceEngine.Load(Options(other.Directory)));
        Assert.Contains($"{other.Directory} has a vocabulary of 98 tokens", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_model_whose_tokenizer_says_something_else_is_refused_by_name()
    {
        string shipped = Path.GetFullPath(Path.Combine(Folder(), "../../../gpu-worker/models/pipeline-extract-small")), copy = Directory.CreateTempSubdirectory("pipeline-draft-").FullName;
        try
        {
            foreach (string file in Directory.EnumerateFiles(shipped))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            using (InferenceEngine same = InferenceEngine.Load(new() { ModelDirectory = shipped, DraftModelDirectory = copy, BlockCount = 64 }))
            {
                Assert.True(same.MaxRunning > 0);
            }

            string path = Path.Combine(copy, "tokenizer.json");
            File.WriteAllText(path, Swap(File.ReadAllText(path), "\"A\":", "\"B\":"));
            ArgumentException refused = Assert.Throws<ArgumentException>(() => InferenceEngine.Load(new() { ModelDirectory = shipped, DraftModelDirectory = copy }));
            Assert.Contains(copy, refused.Message, StringComparison.Ordinal);
            Assert.Contains("\"A\"", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static string Swap(string text, string a, string b) =>
        text.Replace(a, "\u0001", StringComparison.Ordinal).Replace(b, a, StringComparison.Ordinal).Replace("\u0001", b, StringComparison.Ordinal);

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static void AreSame(Dictionary<string, GenerationResult> expected, Dictionary<string, GenerationResult> actual) =>
        Assert.All(expected, pair => Assert.Equal(pair.Value.Tokens, actual[pair.Key].Tokens));

    private static GenerationRequest[] Requests() =>
        [.. EngineDriver.Prompts(16, 97, 40, 9).Select((prompt, i) => EngineDriver.Greedy($"{i}", prompt, 20 + (i % 20)) with
        {
            Sampling = new() { Temperature = i % 2 == 0 ? 0 : 0.9f, TopP = i % 4 == 1 ? 0.9f : 1, Seed = i },
        })];

    private EngineOptions Options(string? draft) => new()
    {
        ModelDirectory = _model.Directory, DraftModelDirectory = draft, Speculation = draft is null ? SpeculationMode.Off : SpeculationMode.Draft,
        StepsAhead = stepsAhead, Threads = 1,
    };
}
