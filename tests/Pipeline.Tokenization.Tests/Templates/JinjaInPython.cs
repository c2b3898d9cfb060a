using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>Jinja itself, by render.py.</summary>
internal static class JinjaInPython
{
    /// <summary>Gives the script JSON lines, and returns those that it answers with. Skips the test where there is no python3 with jinja2.</summary>
    public static async Task<List<JsonElement>> AskAsync(IReadOnlyList<object> requests, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Templates", "render.py") },
        };
        using Process? process = TryStart(start);
        Assert.SkipWhen(process is null, "There is no python3, which with jinja2 is the reference of this test.");
        Task<string> output = process!.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            foreach (object request in requests)
            {
                await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request).AsMemory(), cancellationToken);
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended early; its messages, below, say why.
        }
        string text = await output;
        await process.WaitForExitAsync(cancellationToken);
        Assert.SkipWhen((await errors).Contains("No module named 'jinja2'", StringComparison.Ordinal), "python3 has no jinja2, which is the reference of this test.");
        Assert.True(process.ExitCode == 0, await errors);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>Names a difference that is meant, or returns null.</summary>
    public static string? Explain(string template, Rendering ours, JsonElement theirs) =>
        ours.Text is null ? null
        : theirs.TryGetProperty("text", out JsonElement text)
            ? template.Contains("|safe", StringComparison.Ordinal) && WebUtility.HtmlDecode(text.GetString()) == ours.Text
                ? "what is added to a text that is safe becomes HTML" : null
        : template.Contains("map(attribute='function') | tojson", StringComparison.Ordinal) ? "what map gives is no list"
        : template.Contains("| from_json", StringComparison.Ordinal) ? "it has no filter from_json"
        : null;

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
