using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pipeline.Engine.Tests.Support;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Prefixes;

namespace Pipeline.Engine.Tests.Behaviour;

/// <summary>What a prefix plan says about the cache, the engine then does: the model that ships, on chats as they come in batches.</summary>
public sealed class PrefixPlanTests
{
    private static readonly string Model = Path.GetFullPath(Path.Combine(Folder(), "../../../gpu-worker/models/pipeline-extract-small"));

    private static readonly string[] Instructions =
    [
        "Extract the fields company, date, address and total from this receipt. Answer with one JSON object and nothing else. Leave out what is not there.",
        "Say which currency this receipt is in, and who issued it. Answer with one JSON object. If you cannot tell, use null.",
        "List every item on this receipt with its quantity, its unit price and its amount as a JSON array. Keep the order of the receipt.",
    ];

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, 60)]
    public void The_hit_rate_is_the_predicted_one(bool planned, int? blocks)
    {
        using InferenceEngine engine = InferenceEngine.Load(new() { ModelDirectory = Model, BlockCount = blocks, MaxRunningSequences = 4 });
        int[][] prompts = Prompts(engine.Tokenizer);
        PrefixPlan plan = PrefixPlan.Make([.. prompts.Select(prompt => PromptOutline.Of(prompt))]);
        IEnumerable<int> order = planned ? plan.Order : Enumerable.Range(0, prompts.Length);
        var results = EngineDriver.Run(engine, [.. order.Select(i => EngineDriver.Greedy($"{i}", prompts[i], 2))]);
        double measured = (double)results.Values.Sum(result => result.CachedTokens) / prompts.Sum(prompt => prompt.Length);
        Assert.InRange(plan.Prediction.HitRate, 0.3, 1);
        Assert.Equal(plan.Prediction.HitRate, measured, 0.05);
    }

    private static int[][] Prompts(Tokenizer tokenizer)
    {
        ChatTemplate template = ChatTemplate.Load(Model);
        int[][] prompts = [.. Enumerable.Range(0, 60).Select(i => tokenizer.Encode(
            template.Render([Message("system", Instructions[i * 7 % 3]), Message("user", $"HARBOUR STORE {i}\nDATE: {1 + (i % 28):00}/03/2019\nTOTAL {i * 4.35:F2}\n")], true),
            addSpecialTokens: false))];
        new Random(3).Shuffle(prompts);
        return prompts;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
