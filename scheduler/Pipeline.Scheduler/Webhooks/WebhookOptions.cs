using System.ComponentModel.DataAnnotations;

namespace Pipeline.Scheduler.Webhooks;

/// <summary>How webhooks are delivered: the section <c>Pipeline:Webhooks</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Pipeline:Webhooks";

    /// <summary>
    /// Whether events may go to private, loopback and link-local addresses. Off: whoever may register a URL could otherwise
    /// have this service talk to what only it can reach.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Seconds that a receiver has for its answer.</summary>
    [Range(0.1, 300)]
    public double TimeoutSeconds { get; set; } = 20;

    /// <summary>Deliveries to one endpoint at a time.</summary>
    [Range(1, 256)]
    public int PerEndpoint { get; set; } = 8;

    /// <summary>Deliveries at a time, to all endpoints together.</summary>
    [Range(1, 1024)]
    public int AtATime { get; set; } = 64;

    /// <summary>Days that deliveries and their log are kept after they ended.</summary>
    [Range(1, 3650)]
    public double RetentionDays { get; set; } = 30;

    /// <summary>
    /// Seconds before each attempt, counted from the one before. As the Standard Webhooks specification has it: at once, 5 s,
    /// 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; then it is given up.
    /// </summary>
    public double[] Schedule { get; set; } = [];

    /// <summary>The schedule: <see cref="Schedule"/>, or the specification's where none is set.</summary>
    public IReadOnlyList<double> Waits => Schedule.Length > 0 ? Schedule : Standard;

    private static readonly double[] Standard = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
}
