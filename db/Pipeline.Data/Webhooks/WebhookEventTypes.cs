using Pipeline.Data.States;

namespace Pipeline.Data.Webhooks;

/// <summary>The types of events. Those of batches are OpenAI's, and one more.</summary>
public static class WebhookEventTypes
{
    /// <summary>A job has its answer, be it a result or an error. Only for who asks for it: there is one for every line.</summary>
    public const string JobCompleted = "job.completed";

    /// <summary>What is sent on request, to see whether it arrives.</summary>
    public const string Test = "webhook.test";

    /// <summary>What an endpoint hears of that names no types: the ends of batches.</summary>
    public static readonly IReadOnlyList<string> Default =
        [Of(BatchStatus.Completed), Of(BatchStatus.Failed), Of(BatchStatus.Expired), Of(BatchStatus.Cancelled)];

    /// <summary>All types that an endpoint may name.</summary>
    public static readonly IReadOnlyList<string> All = [.. Default, Of(BatchStatus.InProgress), JobCompleted];

    /// <summary>The type of the event that a batch has come to a status.</summary>
    public static string Of(BatchStatus status) => "batch." + status.ToName();
}
