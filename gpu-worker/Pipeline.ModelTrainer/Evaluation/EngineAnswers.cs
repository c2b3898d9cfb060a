using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.Tokenization;
using Pipeline.ModelTrainer.Prompts;

namespace Pipeline.ModelTrainer.Evaluation;

/// <summary>Asks a finished model about documents, by the same engine and chat template that serve it.</summary>
internal static class EngineAnswers
{
    private const int MostTokens = 200;

    /// <summary>The answers, by the documents' names, always taking the likeliest token.</summary>
    public static async Task<Dictionary<string, string>> AskAsync(string model, IReadOnlyList<LabelledDocument> documents, CancellationToken stop)
    {
        var template = ChatTemplate.Load(model);
        await using var engine = new EngineLoop(InferenceEngine.Load(new EngineOptions { ModelDirectory = model, MaxRunningSequences = 32 }));
        var running = documents.Select(async document =>
        {
            var question = $"{document.Instruction ?? Extraction.ReceiptInstruction}\n\n{document.Text}";
            var prompt = template.Render([new JsonObject { ["role"] = "user", ["content"] = question }], addGenerationPrompt: true);
            var ids = engine.Tokenizer.Encode(prompt, addSpecialTokens: true);
            var request = new GenerationRequest
            {
                Id = document.Id, Prompt = ids, MaxTokens = Math.Min(MostTokens, engine.ModelConfig.ContextLength - ids.Length), Sampling = new SamplingParameters { Temperature = 0 },
            };
            return (document.Id, await engine.GenerateAsync(request, stop));
        });
        var results = await Task.WhenAll(running);
        return results.ToDictionary(r => r.Id, r => r.Item2.Text);
    }
}
