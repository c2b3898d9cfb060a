using System.CommandLine;
using Pipeline.ModelTrainer.Documents;
using Pipeline.ModelTrainer.Prompts;
using Pipeline.ModelTrainer.Tokenizers;

namespace Pipeline.ModelTrainer.Commands;

/// <summary><c>tokenizer</c>: learns a vocabulary from made-up documents.</summary>
internal static class TokenizerCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "The directory to write tokenizer.json to.", Required = true };
        var size = new Option<int>("--vocabulary") { Description = "The number of tokens.", DefaultValueFactory = _ => 2048 };
        var documents = new Option<int>("--documents") { Description = "The number of documents to learn from.", DefaultValueFactory = _ => 6000 };
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 7 };
        var command = new Command("tokenizer", "Learns a byte-level BPE from made-up documents.") { output, size, documents, seed };
        command.SetAction(result =>
        {
            var tokenizer = Train(result.GetValue(seed), result.GetValue(documents), result.GetValue(size));
            TokenizerFiles.Write(tokenizer, result.GetValue(output)!);
            Console.WriteLine($"{tokenizer.VocabularySize} tokens");
        });
        return command;
    }

    internal static BpeTokenizer Train(long seed, int documents, int vocabulary)
    {
        var maker = new DocumentMaker(seed);
        var texts = Enumerable.Range(0, documents).SelectMany(i =>
        {
            var extraction = Extraction.About(new Chance(~seed, i), maker.Make(i, echoes: 0));
            return new[] { extraction.System ?? "", extraction.User, extraction.Answer };
        });
        return new BpeTokenizer(BpeTrainer.Train(texts, vocabulary));
    }
}
