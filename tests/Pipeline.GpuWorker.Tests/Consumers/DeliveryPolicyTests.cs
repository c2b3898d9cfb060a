using Pipeline.Contracts;
using Pipeline.Data.States;
using Pipeline.GpuWorker.Tests.Support;
using Pipeline.Testing;
using RabbitMQ.Client;

namespace Pipeline.GpuWorker.Tests.Consumers;

public sealed class DeliveryPolicyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_message_that_no_worker_can_read_ends_among_the_dead_letters_and_holds_nothing_up()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker worker = await TestWorker.StartAsync(database, model, null, ("Pipeline:Worker:DeliveryLimit", "2"));
        ConnectionFactory factory = new() { Uri = new Uri(TestServers.RabbitMq) };
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        byte[] junk = Guid.NewGuid().ToByteArray();
        await channel.BasicPublishAsync(QueueNames.ForModel(model), "", junk);

        string batchId = await database.AddBatchAsync(model, ["after the junk"]);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Status == BatchStatus.Finalizing);
        await Eventually.HoldsAsync(async () =>
            await channel.BasicGetAsync(QueueNames.DeadLetter, autoAck: true) is { } letter && letter.Body.Span.SequenceEqual(junk));
    }

    [Fact]
    public async Task The_queue_is_a_quorum_queue_with_a_delivery_limit_and_empty_after_the_work()
    {
        database.Require();
        string model = TestWorker.NewModel();
        await using TestWorker worker = await TestWorker.StartAsync(database, model);
        string batchId = await database.AddBatchAsync(model, [.. Enumerable.Repeat("x", 30)], 3);
        await worker.DispatchAsync(database, batchId);
        await Eventually.HoldsAsync(async () => (await database.BatchAsync(batchId)).Status == BatchStatus.Finalizing);
        Assert.All(await database.SlicesAsync(batchId), slice => Assert.InRange(slice.State, SliceState.Sent, SliceState.Done));

        ConnectionFactory factory = new() { Uri = new Uri(TestServers.RabbitMq) };
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        Dictionary<string, object?> policy = new()
        {
            ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 20, ["x-dead-letter-exchange"] = QueueNames.DeadLetter,
        };
        // Declared again with other arguments it would be refused.
        QueueDeclareOk queue = await channel.QueueDeclareAsync(QueueNames.ForModel(model), durable: true, exclusive: false, autoDelete: false, policy);
        Assert.Equal(1u, queue.ConsumerCount);
        await worker.StopAsync();
        Assert.Equal(0u, await channel.MessageCountAsync(QueueNames.ForModel(model)));
    }
}
