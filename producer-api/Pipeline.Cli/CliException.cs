namespace Pipeline.Cli;

/// <summary>Ends the command with one line on standard error.</summary>
internal class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;

    public static CliException Usage(string message) => new(ExitCodes.Usage, message);
}
