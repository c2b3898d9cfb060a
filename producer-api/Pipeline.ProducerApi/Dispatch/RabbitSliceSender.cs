using MassTransit;
using MassTransit.RabbitMqTransport;
using Pipeline.Contracts;

namespace Pipeline.ProducerApi.Dispatch;

/// <summary>Sends slices to the exchange of their model, persistent and mandatory.</summary>
internal sealed class RabbitSliceSender(IBus bus) : ISliceSender
{
    public async Task SendAsync(PendingSlice slice, CancellationToken cancellationToken)
    {
        // The exchange, not the queue: sending to queue: would declare it again, without what the worker says of it.
        ISendEndpoint endpoint = await bus.GetSendEndpoint(new Uri("exchange:" + QueueNames.ForModel(slice.Model)));
        try
        {
            await endpoint.Send(
                new RunSlice(slice.Id, slice.Model, slice.Exclusive),
                Pipe.Execute<SendContext<RunSlice>>(context =>
                {
                    context.Durable = true;
                    if (context.TryGetPayload(out RabbitMqSendContext? rabbit))
                    {
                        rabbit.Mandatory = true;
                    }
                }),
                cancellationToken);
        }
        catch (MessageReturnedException e)
        {
            throw new UnroutableException($"No queue takes slices for {slice.Model}.", e);
        }
    }
}
