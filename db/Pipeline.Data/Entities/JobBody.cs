namespace Pipeline.Data.Entities;

/// <summary>What a job asks. Written once, with the job.</summary>
public sealed class JobBody
{
    /// <summary>The job.</summary>
    public long JobId { get; set; }

    /// <summary>The submitter's own name for it, unique in its batch.</summary>
    public required string CustomId { get; set; }

    /// <summary>The API path, such as <c>/v1/chat/completions</c>.</summary>
    public required string Url { get; set; }

    /// <summary>The request as JSON text, as it came: text, since parsing it as jsonb costs more than storing it.</summary>
    public required string Body { get; set; }
}
