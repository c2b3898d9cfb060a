using Pipeline.Cli.Api;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary>What commands get from the outside, and the one place where their errors become a line and an exit code.</summary>
/// <param name="Out">For programs: ids, results.</param>
/// <param name="Error">For people: what went wrong.</param>
/// <param name="Console">For people: progress.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Time">Times what is waited for.</param>
internal sealed record CommandContext(TextWriter Out, TextWriter Error, IAnsiConsole Console, Func<string, string?> Environment, TimeProvider Time)
{
    public async Task<int> RunAsync(Func<PipelineClient, Task<int>> command)
    {
        try
        {
            using PipelineClient client = new(ApiSettings.Read(Environment));
            return await command(client);
        }
        catch (CliException e)
        {
            return Fail(e.ExitCode, e.Message);
        }
        catch (UnreachableException e)
        {
            return Fail(ExitCodes.Api, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCodes.Usage, e.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private int Fail(int exitCode, string message)
    {
        Error.WriteLine($"pipeline: {message}");
        return exitCode;
    }
}
