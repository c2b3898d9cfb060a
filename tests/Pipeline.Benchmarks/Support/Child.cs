using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.Benchmarks.Support;

/// <summary>Programs that are run for what they print: one JSON object on the last line of their output.</summary>
internal static class Child
{
    /// <summary>This program's own command line, for a process like this one.</summary>
    public static (string File, string[] Arguments) Self()
    {
        string program = Environment.ProcessPath!;
        bool hosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return (program, hosted ? [Environment.GetCommandLineArgs()[0]] : []);
    }

    /// <summary>Runs a program; its messages pass through.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="BenchmarkException">It does not start, fails, or prints no JSON.</exception>
    public static async Task<T> RunAsync<T>(string file, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true };
        using Process process = Start(start);
        string output;
        try
        {
            output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        string last = output.TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0 && last.StartsWith('{')
            ? JsonSerializer.Deserialize<T>(last, Report.Json)!
            : throw new BenchmarkException($"{Path.GetFileName(file)} ended with exit code {process.ExitCode} and no result (its messages are above)");
    }

    /// <summary>The path of a program of the system's, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BenchmarkException($"{start.FileName} does not start: {e.Message}");
        }
    }
}
