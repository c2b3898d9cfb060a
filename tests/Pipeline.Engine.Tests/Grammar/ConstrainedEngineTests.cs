using System.Text.Json;
using Json.Schema;
using Pipeline.Engine.Tests.Grammar.Support;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine.Tests.Grammar;

/// <summary>The shipped model under constraints, many at a time.</summary>
public sealed class ConstrainedEngineTests
{
    private const string Receipt =
        """{"type":"object","properties":{"company":{"type":["string","null"]},"date":{"type":"string","pattern":"^[0-9/-]*$","maxLength":12},"total":{"type":"number"}},"required":["company","date","total"],"additionalProperties":false}""";

    [Theory]
    [InlineData(true, SpeculationMode.Off)]
    [InlineData(true, SpeculationMode.Lookup)]
    [InlineData(false, SpeculationMode.Lookup)]
    public void Outputs_validate_and_are_the_same_with_and_without_tokens_taken_ahead(bool jumpAhead, SpeculationMode speculation)
    {
        Dictionary<string, GenerationResult> plain = Run(jumpAhead: false, SpeculationMode.Off), ahead = Run(jumpAhead, speculation);
        Assert.All(plain, pair => Assert.Equal(pair.Value.Tokens, ahead[pair.Key].Tokens));
        Assert.Equal(jumpAhead, ahead.Values.Sum(result => result.ForcedTokens) > 100);
        Assert.Equal(0, plain.Values.Sum(result => result.ForcedTokens));
        Assert.True(plain.Values.Count(result => result.FinishReason == FinishReason.Stop) > 24);
    }

    [Fact]
    public void An_output_that_would_run_out_of_tokens_is_whole_and_says_length()
    {
        Dictionary<string, GenerationResult> results = Run(jumpAhead: true, SpeculationMode.Off, tokens: 40, receiptsOnly: true);
        Assert.Contains(results.Values, result => result.FinishReason == FinishReason.Length);
        Assert.All(results.Values, result => Assert.True(JsonSchema.FromText(Receipt).Evaluate(JsonElement.Parse(result.Text)).IsValid, result.Text));
    }

    private static Dictionary<string, GenerationResult> Run(bool jumpAhead, SpeculationMode speculation, int tokens = 150, bool receiptsOnly = false)
    {
        using InferenceEngine engine = InferenceEngine.Load(new EngineOptions
        {
            ModelDirectory = Vocabularies.ShippedModel, MaxRunningSequences = 16, Threads = 1, Seed = 1, JumpAhead = jumpAhead, Speculation = speculation,
        });
        Dictionary<string, string> asked = [];
        for (int i = 0; i < 48; i++)
        {
            string schema = receiptsOnly || i % 2 == 0 ? Receipt : RandomSchemas.Satisfiable(i, 2, Vocabularies.Shipped).Schema;
            asked.Add($"{i}", schema);
            engine.Add(new GenerationRequest
            {
                Id = $"{i}",
                Prompt = engine.Tokenizer.Encode($"<|im_start|>user\nExtract the fields company, date and total from this receipt as JSON.\n\nSHOP {i}\n0{1 + (i % 9)}/02/2018\nTOTAL {i}.50<|im_end|>\n<|im_start|>assistant\n", addSpecialTokens: false),
                MaxTokens = tokens,
                Sampling = new SamplingParameters { Temperature = i % 3 == 0 ? 1 : 0, Seed = i },
                Constraint = engine.Constraints.Get(new StructuredOutput(StructuredOutputKind.JsonSchema, schema, "p") { IsCompact = i % 4 == 0 }, out _),
            });
        }

        Dictionary<string, GenerationResult> results = [];
        while (engine.HasWork)
        {
            foreach (FinishedGeneration finished in engine.Step().Finished)
            {
                Assert.Null(finished.Failure);
                results.Add(finished.Id, finished.Result);
            }
        }

        engine.CheckIntegrity();
        Assert.Equal(48, results.Count);
        Assert.All(results.Where(pair => pair.Value.FinishReason == FinishReason.Stop), pair => Assert.True(
            JsonSchema.FromText(asked[pair.Key]).Evaluate(JsonElement.Parse(pair.Value.Text, new JsonDocumentOptions { MaxDepth = 500 }), new EvaluationOptions { RequireFormatValidation = true }).IsValid,
            $"{asked[pair.Key]}\ndoes not accept\n{pair.Value.Text}"));
        return results;
    }
}
