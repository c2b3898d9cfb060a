using System.CommandLine;
using System.Text.Json;
using Pipeline.ModelTrainer.Documents;
using Pipeline.ModelTrainer.Evaluation;
using Pipeline.ModelTrainer.Prompts;

namespace Pipeline.ModelTrainer.Commands;

/// <summary>
/// <c>evaluate</c>: counts the fields that are right, in a batch's output file or in answers that the model gives now.
/// </summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var output = new Option<string?>("--output") { Description = "A batch's output file to count in." };
        var labels = new Option<string?>("--labels") { Description = "What is right: one object a line with custom_id or id, and fields; with --model also the text." };
        var model = new Option<string?>("--model") { Description = "A model's directory: the engine answers now." };
        var documents = new Option<int>("--documents") { Description = "With --model and without --labels: how many made-up documents to ask about.", DefaultValueFactory = _ => 200 };
        var seed = new Option<long>("--seed") { Description = "The seed of those documents; take another than the training's.", DefaultValueFactory = _ => 2027 };
        var answersTo = new Option<string?>("--answers") { Description = "A file to write each answer to, next to what is right." };
        var command = new Command("evaluate", "Measures exactly matching fields.") { output, labels, model, documents, seed, answersTo };
        command.SetAction(async (result, stop) =>
        {
            var expected = result.GetValue(labels) is { } path ? LabelledDocument.Read(path) : MadeUp(result.GetValue(seed), result.GetValue(documents));
            Dictionary<string, string> answers;
            if (result.GetValue(output) is { } file)
            {
                answers = BatchOutput.Read(file);
            }
            else if (result.GetValue(model) is { } directory)
            {
                answers = await EngineAnswers.AskAsync(directory, expected, stop);
            }
            else
            {
                Console.Error.WriteLine("evaluate: give --output FILE with --labels FILE, or --model DIR");
                return 2;
            }

            if (result.GetValue(answersTo) is { } target)
            {
                File.WriteAllLines(target, expected.Select(d => JsonSerializer.Serialize(new { id = d.Id, answer = answers.GetValueOrDefault(d.Id), fields = d.Fields })));
            }

            // Documents of one kind are asked the same, and share a table.
            foreach (var group in expected.GroupBy(d => d.Instruction))
            {
                var scores = new FieldScores();
                foreach (var document in group)
                {
                    scores.Add(answers.GetValueOrDefault(document.Id), document.Fields);
                }

                Console.WriteLine(scores.Table());
            }

            return 0;
        });
        return command;
    }

    private static List<LabelledDocument> MadeUp(long seed, int count)
    {
        var maker = new DocumentMaker(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var document = maker.Make(i);
            return new LabelledDocument(
                $"made-up-{i}",
                Extraction.UsualInstruction(document),
                document.Text,
                Extraction.UsualFields(document).ToDictionary(f => f.Name, f => f.Value));
        })];
    }
}
