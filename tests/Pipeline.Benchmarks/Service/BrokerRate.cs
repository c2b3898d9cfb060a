using System.Diagnostics;
using MassTransit;
using Pipeline.Benchmarks.Support;
using Pipeline.Contracts;

namespace Pipeline.Benchmarks.Service;

/// <summary>What RabbitMQ reaches alone with messages that name slices: published with confirms and consumed, from a quorum queue as the workers use.</summary>
internal static class BrokerRate
{
    /// <summary>Jobs that a message names.</summary>
    public const int JobsPerSlice = 64;

    /// <summary>Messages on their way to the broker at a time: the dispatcher's window.</summary>
    private const int Window = 16;

    /// <returns>Messages a second, through the queue.</returns>
    public static async Task<double> MeasureAsync(Uri broker, int jobs, CancellationToken cancellationToken)
    {
        int messages = Math.Max(Window, jobs / JobsPerSlice);
        string queue = "bench-" + Guid.NewGuid().ToString("N");
        int received = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IBusControl bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            string[] user = broker.UserInfo.Split(':', 2);
            rabbit.Host(broker.Host, (ushort)broker.Port, "/", host =>
            {
                host.PublisherConfirmation = true;
                host.Username(Uri.UnescapeDataString(user[0]));
                host.Password(Uri.UnescapeDataString(user[^1]));
            });
            rabbit.ReceiveEndpoint(queue, endpoint =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.SetQuorumQueue();
                endpoint.PrefetchCount = 64;
                endpoint.QueueExpiration = TimeSpan.FromMinutes(5);
                endpoint.Handler<RunSlice>(_ =>
                {
                    if (Interlocked.Increment(ref received) == messages)
                    {
                        all.TrySetResult();
                    }

                    return Task.CompletedTask;
                });
            });
        });
        await bus.StartAsync(cancellationToken);
        try
        {
            ISendEndpoint endpoint = await bus.GetSendEndpoint(new Uri("exchange:" + queue));
            Stopwatch watch = Stopwatch.StartNew();
            await Parallel.ForEachAsync(
                Enumerable.Range(1, messages),
                new ParallelOptions { MaxDegreeOfParallelism = Window, CancellationToken = cancellationToken },
                async (slice, token) => await endpoint.Send(new RunSlice(slice, "m", false), token));
            await all.Task.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
            return messages / watch.Elapsed.TotalSeconds;
        }
        catch (TimeoutException)
        {
            throw new BenchmarkException($"of {messages} messages {received} arrived");
        }
        finally
        {
            await bus.StopAsync(CancellationToken.None);
        }
    }
}
