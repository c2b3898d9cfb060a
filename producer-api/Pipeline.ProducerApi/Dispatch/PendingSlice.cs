namespace Pipeline.ProducerApi.Dispatch;

/// <summary>A slice that was taken up for sending.</summary>
internal sealed record PendingSlice(long Id, string Model, bool Exclusive);
