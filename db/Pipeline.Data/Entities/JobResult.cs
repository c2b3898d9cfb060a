namespace Pipeline.Data.Entities;

/// <summary>What became of a job. At most one per job, whoever retries.</summary>
public sealed class JobResult
{
    /// <summary>The job.</summary>
    public long JobId { get; set; }

    /// <summary>HTTP status of the answer: 200, or 4xx/5xx with an error body; 0 if there is no answer but <see cref="ErrorCode"/>.</summary>
    public short StatusCode { get; set; }

    /// <summary><c>req_</c> and 32 hexadecimal digits.</summary>
    public required string RequestId { get; set; }

    /// <summary>The answer as JSON text.</summary>
    public string? Body { get; set; }

    /// <summary>For a job that got no answer, such as <c>batch_expired</c>.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>The sentence that goes with <see cref="ErrorCode"/>.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
