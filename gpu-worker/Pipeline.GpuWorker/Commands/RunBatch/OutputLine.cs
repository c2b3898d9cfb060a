using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Commands.RunBatch;

/// <summary>A line of a batch's output file.</summary>
/// <param name="CustomId">The id of the line that it answers; null where that has none.</param>
/// <param name="StatusCode">The HTTP status, or 0 where there is no response.</param>
/// <param name="Body">The response's body as JSON text, or null where there is no response.</param>
/// <param name="ErrorCode">What is wrong with a line that has no response.</param>
/// <param name="ErrorMessage">The same for people.</param>
internal sealed record OutputLine(string? CustomId, int StatusCode, string? Body, string? ErrorCode, string? ErrorMessage)
{
    public static OutputLine Answer(string customId, int statusCode, string body) => new(customId, statusCode, body, null, null);

    public static OutputLine Error(BatchLineException error) => new(error.CustomId, 0, null, error.Code, error.Message);

    public bool IsError => StatusCode != 200;

    public string ToJson() => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", $"batch_req_{Guid.NewGuid():N}");
        writer.WriteString("custom_id", CustomId);
        if (Body is null)
        {
            writer.WriteNull("response");
            writer.WriteStartObject("error");
            writer.WriteString("code", ErrorCode);
            writer.WriteString("message", ErrorMessage);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartObject("response");
            writer.WriteNumber("status_code", StatusCode);
            writer.WriteString("request_id", $"req_{Guid.NewGuid():N}");
            writer.WritePropertyName("body");
            writer.WriteRawValue(Body);
            writer.WriteEndObject();
            writer.WriteNull("error");
        }
        writer.WriteEndObject();
    });
}
