using System.Security.Cryptography;

namespace Pipeline.Data.Ids;

/// <summary>New identifiers as the API shows them: a prefix and 32 random hexadecimal digits.</summary>
public static class PublicIds
{
    /// <summary><c>file-…</c></summary>
    public static string File() => "file-" + Hex();

    /// <summary><c>batch_…</c></summary>
    public static string Batch() => "batch_" + Hex();

    /// <summary><c>req_…</c></summary>
    public static string Request() => "req_" + Hex();

    /// <summary><c>whep_…</c></summary>
    public static string WebhookEndpoint() => "whep_" + Hex();

    /// <summary><c>wh_…</c></summary>
    public static string WebhookDelivery() => "wh_" + Hex();

    /// <summary><c>evt_…</c></summary>
    public static string Event() => "evt_" + Hex();

    /// <summary><c>sched_…</c></summary>
    public static string Schedule() => "sched_" + Hex();

    /// <summary><c>run_…</c></summary>
    public static string ScheduleRun() => "run_" + Hex();

    /// <summary><c>erasure_…</c></summary>
    public static string Erasure() => "erasure_" + Hex();

    private static string Hex() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
