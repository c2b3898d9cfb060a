using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;
using Pipeline.Engine.Tests.Behaviour;
using Pipeline.Engine.Tests.Grammar.Support;
using Pipeline.Tokenization.Requests;
using TorchSharp;

namespace Pipeline.Engine.Tests.Fuzz;

/// <summary>Random requests of the model that ships, some of them bound to a form. Alone in the process while it runs, as all that counts tensors.</summary>
[Collection(nameof(LiveTensorTests))]
public sealed class ShippedModelRequestsTests
{
    private const int Requests = 10_000, Room = 64;
    private const string Expression = "[A-Z]{2}-[0-9]{1,4}(/[a-z]+)?";
    private const string Schema =
        """{"type":"object","properties":{"kind":{"enum":["receipt","letter"]},"total":{"type":"integer","minimum":-9,"maximum":99},"paid":{"type":"boolean"}},"required":["kind","total","paid"],"additionalProperties":false}""";

    private static readonly string[] Choices = ["yes", "no", "perhaps, if it must be"];

    [Fact]
    public void Ten_thousand_random_requests_over_the_shipped_model_keep_their_limits_and_forms_and_leave_nothing_behind()
    {
        using InferenceEngine engine = InferenceEngine.Load(new EngineOptions
        {
            ModelDirectory = Vocabularies.ShippedModel, Threads = 1, Seed = 1, BlockSize = 8, BlockCount = 700, MaxRunningSequences = 64, Speculation = SpeculationMode.Lookup,
        });
        (OutputConstraint Constraint, Func<string, bool> Allows)[] forms =
        [
            (Form(engine, StructuredOutputKind.JsonSchema, Schema), text => JsonSchema.FromText(Schema).Evaluate(JsonElement.Parse(text)).IsValid),
            (Form(engine, StructuredOutputKind.Regex, Expression), text => Regex.IsMatch(text, $"^({Expression})$", RegexOptions.CultureInvariant)),
            (Form(engine, StructuredOutputKind.Choice, JsonSerializer.Serialize(Choices)), Choices.Contains),
        ];
        RandomRequests drawn = new(11, engine.ModelConfig.VocabularySize, longest: 40) { Constraints = [.. forms.Select(form => form.Constraint)] };
        Dictionary<string, GenerationRequest> requests = Enumerable.Range(0, Requests).Select(i => Bound(drawn.Next($"{i}"))).ToDictionary(request => request.Id);
        Dictionary<string, GenerationResult> results = Run(engine, requests);

        EngineStatistics after = engine.Statistics;
        Assert.Equal(after.TotalBlocks, after.FreeBlocks + after.CachedBlocks);
        Assert.All(requests.Values, request => Assert.InRange(results[request.Id].Tokens.Count, 0, request.MaxTokens));
        int checkedForms = 0;
        foreach (GenerationRequest request in requests.Values.Where(request => request.Constraint is not null))
        {
            GenerationResult result = results[request.Id];
            if (result.FinishReason != FinishReason.Cancelled)
            {
                Assert.True(forms.Single(form => form.Constraint == request.Constraint).Allows(result.Text), $"{request.Id}: {result.Text}");
                checkedForms++;
            }
        }

        Assert.InRange(checkedForms, 1500, Requests / 3);
        Assert.InRange(results.Values.Count(result => result.FinishReason == FinishReason.Cancelled), 50, 2000);
        Assert.True(results.Values.Sum(result => result.AcceptedTokens) > 0, "Nothing was guessed.");
    }

    private static Dictionary<string, GenerationResult> Run(InferenceEngine engine, Dictionary<string, GenerationRequest> requests)
    {
        Dictionary<string, GenerationResult> results = new(Requests);
        Queue<GenerationRequest> waiting = new(requests.Values);
        Random random = new(12);
        long tensors = 0, most = 0;
        for (int step = 0; results.Count < Requests; step++)
        {
            for (int more = random.Next(0, 60); more > 0 && waiting.Count > 0 && engine.Statistics.Waiting < 100; more--)
            {
                engine.Add(waiting.Dequeue());
            }

            if (random.Next(3) == 0)
            {
                int added = Requests - waiting.Count;
                engine.Cancel($"{random.Next(Math.Max(0, added - 200), added + 1)}");
            }

            foreach (FinishedGeneration finished in engine.Step().Finished)
            {
                Assert.Null(finished.Failure);
                results.Add(finished.Id, finished.Result);
            }

            engine.CheckIntegrity();
            (tensors, most) = (step == 200 ? torch.Tensor.TotalCount : tensors, step > 200 ? Math.Max(most, torch.Tensor.TotalCount) : 0);
        }

        Assert.InRange(most, 1, tensors + 4);
        return results;
    }

    /// <summary>One that is bound to a form gets room for it, and nothing else that ends it.</summary>
    private static GenerationRequest Bound(GenerationRequest request) => request.Constraint is null
        ? request
        : request with { MaxTokens = Room, MinTokens = 0, Stop = [], StopTokens = [], IgnoreEndTokens = false };

    private static OutputConstraint Form(InferenceEngine engine, StructuredOutputKind kind, string text) =>
        engine.Constraints.Get(new StructuredOutput(kind, text, "p"), out _);
}
