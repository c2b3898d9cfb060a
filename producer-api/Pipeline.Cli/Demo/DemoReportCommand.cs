using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Documents;

namespace Pipeline.Cli.Demo;

/// <summary><c>demo-report BATCH</c>: the end of <c>./pipeline demo</c>. Succeeds only if every document has an answer.</summary>
internal static class DemoReportCommand
{
    private const int WidthOfAFile = 160;

    public static Command Create(CommandContext context)
    {
        Argument<string> id = BatchArgument.Create();
        Option<string> documents = new("--documents") { Required = true, Description = "What was submitted." };
        Option<string> results = new("--results") { Required = true, Description = "The batch's results." };
        Command command = new("demo-report", "Show some answers of a batch, how many are right, and its bill.") { id, documents, results };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => context.RunAsync(async client =>
        {
            string path = arguments.GetRequiredValue(documents);
            DemoAnswers answers = DemoAnswers.Read(arguments.GetRequiredValue(results));
            IReadOnlyList<Document> all = DocumentSource.KindOf(path) == InputKind.Files ? answers.Documents : [.. DocumentSource.ReadLines(path)];
            int width = Console.IsOutputRedirected ? WidthOfAFile : Math.Max(60, Console.WindowWidth);
            context.Out.Write(DemoReport.Write(all, answers, await client.GetCostAsync(arguments.GetRequiredValue(id), cancellationToken), width));
            return answers.Count == all.Count ? ExitCodes.Success : ExitCodes.NotCompleted;
        }));
        return command;
    }
}
