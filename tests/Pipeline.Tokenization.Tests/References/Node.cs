using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>Runs the scripts beside it with the packages that References/package.json pins.</summary>
internal static class Node
{
    /// <summary>Where the packages are; a test that needs them skips where they are not.</summary>
    public static string Place
    {
        get
        {
            string? place = Environment.GetEnvironmentVariable("PIPELINE_REFERENCES");
            Assert.SkipWhen(string.IsNullOrEmpty(place) || !Directory.Exists(place),
                "PIPELINE_REFERENCES names no folder with Hugging Face's packages: './pipeline test Tokenization' installs them by npm.");
            return place!;
        }
    }

    /// <summary>A file of an installed package.</summary>
    public static string Package(string path) => Path.Combine(Place, "node_modules", path);

    /// <summary>Gives a script JSON lines, and returns those that it answers with: as many.</summary>
    public static async Task<List<JsonElement>> AskAsync(
        string script, IReadOnlyList<object> requests, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "References", script), Place },
        };
        Array.ForEach(arguments, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
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
        string[] lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"node {script} ended with {process.ExitCode}: {await errors}");
        Assert.Equal(requests.Count, lines.Length);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
