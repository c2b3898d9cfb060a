using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;

namespace Pipeline.GpuWorker.Consumers;

/// <summary>
/// The delivery policy. A message is a hint that a slice has open jobs; the truth is in the rows, so that a message may be
/// delivered twice, late or never.
/// </summary>
/// <remarks>
/// RabbitMQ closes a channel that has not acknowledged a message after 30 minutes (consumer_timeout), prefetched messages
/// included. A slice of 64 jobs takes seconds on a GPU, and eight of them prefetched a few minutes on a slow CPU. Where it
/// should happen all the same, the redelivery finds the jobs claimed and nothing is done twice.
/// </remarks>
internal sealed class RunSliceConsumerDefinition : ConsumerDefinition<RunSliceConsumer>
{
    private readonly WorkerOptions _options;

    public RunSliceConsumerDefinition(IOptions<WorkerOptions> options)
    {
        _options = options.Value;
        EndpointName = QueueNames.ForModel(_options.ModelName);
        ConcurrentMessageLimit = _options.PrefetchSlices;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpoint, IConsumerConfigurator<RunSliceConsumer> consumer, IRegistrationContext context)
    {
        // Slices are sent to the queue's own exchange. Bound to the message type as well, each queue would get every model's.
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PrefetchCount = _options.PrefetchSlices;
        endpoint.PublishFaults = false;

        // What still fails after the retries goes back to the queue, up to the delivery limit, then to the dead letters.
        // Another worker may do better, and the scheduler sends a slice again that has open jobs and no message.
        endpoint.RethrowFaultedMessages();
        endpoint.ThrowOnSkippedMessages();
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<NpgsqlException>(e => e.IsTransient);
            retry.Exponential(10, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(200));
        });
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.SetQuorumQueue();
            rabbit.SetQueueArgument("x-delivery-limit", _options.DeliveryLimit);
            rabbit.BindDeadLetterQueue(QueueNames.DeadLetter, QueueNames.DeadLetter);
        }
    }
}
