using Pipeline.Cli.Api;

namespace Pipeline.Cli.Output;

/// <summary>What is wrong with a batch's input, a line each.</summary>
internal static class ErrorList
{
    private const int Most = 20;

    /// <summary>Writes the first of them, and how many more there are.</summary>
    public static void Write(TextWriter lines, IReadOnlyList<ErrorView> errors)
    {
        foreach (ErrorView error in errors.Take(Most))
        {
            lines.WriteLine($"  {(error.Line is { } line ? $"line {line}: " : "")}{error.Message} ({error.Code})");
        }

        if (errors.Count > Most)
        {
            lines.WriteLine($"  and {errors.Count - Most} more");
        }
    }
}
