using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>OpenAI's clients in other languages: runs the scripts in <c>Clients/</c>, which say what they met as JSON.</summary>
internal static class ScriptClients
{
    /// <summary>The client for JavaScript; the calling test skips where it is not installed.</summary>
    public static Task<JsonElement> RunNodeAsync(RunningStack stack, CancellationToken cancellationToken)
    {
        string? packages = Environment.GetEnvironmentVariable("PIPELINE_OPENAI_NODE");
        Assert.SkipWhen(string.IsNullOrEmpty(packages) || !Directory.Exists(packages),
            "PIPELINE_OPENAI_NODE names no folder with the npm package openai: './pipeline test EndToEnd' installs it, where there are node and npm.");
        return RunAsync("node", [Script("cycle.mjs"), packages!, stack.Api.Url, RunningStack.Key, stack.Model], cancellationToken);
    }

    /// <summary>The client for Python; the calling test skips where no Python has it.</summary>
    public static Task<JsonElement> RunPythonAsync(RunningStack stack, CancellationToken cancellationToken)
    {
        string? python = Environment.GetEnvironmentVariable("PIPELINE_OPENAI_PYTHON");
        Assert.SkipWhen(string.IsNullOrEmpty(python), "PIPELINE_OPENAI_PYTHON names no Python that has the package openai.");
        return RunAsync(python!, [Script("cycle.py"), stack.Api.Url, RunningStack.Key, stack.Model], cancellationToken);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Clients", name);

    private static async Task<JsonElement> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
            return JsonElement.Parse(output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
