using System.CommandLine;
using Pipeline.GpuWorker.Commands.RunBatch;

namespace Pipeline.GpuWorker.Commands;

/// <summary>The commands of the worker's program; without one it is the worker.</summary>
internal static class RootCommands
{
    public static RootCommand Create() => new("Pipeline's GPU worker. Without a command it pulls jobs from the queue until it is stopped.")
    {
        RunBatchCommand.Create(),
        TokenizeCommand.Create(),
        RenderCommand.Create(),
    };
}
