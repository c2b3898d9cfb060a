using MassTransit;
using Pipeline.Contracts;

namespace Pipeline.GpuWorker.Consumers;

/// <summary>
/// Runs a slice. The message is acknowledged when this returns: after the results of all its jobs were committed.
/// How often and how many at a time is in <see cref="RunSliceConsumerDefinition"/>.
/// </summary>
internal sealed class RunSliceConsumer(SliceRunner runner) : IConsumer<RunSlice>
{
    public Task Consume(ConsumeContext<RunSlice> context) => runner.RunAsync(context.Message);
}
