namespace Pipeline.ProducerApi.Dispatch;

/// <summary>Hands slices to the broker.</summary>
internal interface ISliceSender
{
    /// <summary>Returns when the broker has confirmed that it has the message in a queue.</summary>
    /// <exception cref="UnroutableException">There is no such queue.</exception>
    Task SendAsync(PendingSlice slice, CancellationToken cancellationToken);
}

/// <summary>No queue takes the message: no worker has served the model yet.</summary>
internal sealed class UnroutableException(string message, Exception innerException) : Exception(message, innerException);
