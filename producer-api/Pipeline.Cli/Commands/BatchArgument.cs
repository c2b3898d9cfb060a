using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>The batch that a command is about.</summary>
internal static class BatchArgument
{
    public static Argument<string> Create() => new("BATCH") { Description = "The batch's id, as submit printed it." };
}
