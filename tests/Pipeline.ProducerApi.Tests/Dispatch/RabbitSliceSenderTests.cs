using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.ProducerApi.Dispatch;
using Pipeline.ServiceDefaults.Messaging;
using Pipeline.Testing;
using RabbitMQ.Client;

namespace Pipeline.ProducerApi.Tests.Dispatch;

public sealed class RabbitSliceSenderTests
{
    private readonly string _model = "m-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_message_that_no_queue_takes_is_an_error_and_one_that_a_queue_takes_lies_in_it()
    {
        string uri = TestServers.RabbitMq;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:RabbitMq", uri)]);
        builder.Services.AddPipelineMessaging(builder.Configuration);
        builder.Logging.ClearProviders();
        using IHost host = builder.Build();
        await host.StartAsync();
        RabbitSliceSender sender = new(host.Services.GetRequiredService<IBus>());
        await Assert.ThrowsAsync<UnroutableException>(() => sender.SendAsync(new PendingSlice(1, _model, false), default));

        string name = QueueNames.ForModel(_model);
        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        try
        {
            await channel.QueueBindAsync(name, name, "");
            await sender.SendAsync(new PendingSlice(42, _model, true), default);

            // Confirmed means that it is there already.
            BasicGetResult? message = await channel.BasicGetAsync(name, autoAck: true);
            Assert.NotNull(message);
            Assert.Equal(DeliveryModes.Persistent, message.BasicProperties.DeliveryMode);
            JsonElement content = JsonElement.Parse(message.Body.Span).GetProperty("message");
            Assert.Equal((42, _model, true), (content.GetProperty("sliceId").GetInt64(), content.GetProperty("model").GetString()!, content.GetProperty("exclusive").GetBoolean()));
        }
        finally
        {
            await channel.QueueDeleteAsync(name);
            await channel.ExchangeDeleteAsync(name);
            await host.StopAsync();
        }
    }
}
