using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Commands;

/// <summary>Commands that answer each line of JSON with one line of JSON.</summary>
internal static class JsonLines
{
    /// <summary>
    /// Answers every line. One that cannot be answered gets <c>{"error": ...}</c>, so that the lines still match, and is
    /// named on the error output.
    /// </summary>
    /// <returns>The exit code: 0, or 1 if a line could not be answered.</returns>
    public static async Task<int> AnswerAsync(
        TextReader input, TextWriter output, TextWriter errors, Func<string, string> answer, CancellationToken cancellationToken)
    {
        int exitCode = 0;
        int number = 0;
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }
            string? result;
            try
            {
                result = answer(line);
            }
            catch (Exception e) when (e is JsonException or Tokenization.Templates.TemplateRenderException)
            {
                exitCode = 1;
                string message = $"line {number}: {e.Message}";
                await errors.WriteLineAsync(message);
                result = JsonText.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("error", message);
                    writer.WriteEndObject();
                });
            }
            await output.WriteLineAsync(result);
        }
        await output.FlushAsync(cancellationToken);
        return exitCode;
    }
}
