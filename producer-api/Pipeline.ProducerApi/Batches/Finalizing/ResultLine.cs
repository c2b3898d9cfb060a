using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Batches;
using Pipeline.Data.States;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Batches.Finalizing;

/// <summary>Writes one line of an output or error file, in OpenAI's shape; or of results as they come, with a cursor besides.</summary>
internal sealed class ResultLine : IDisposable
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public ResultLine() => _json = new Utf8JsonWriter(_buffer, Format);

    /// <summary>The line with its end; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Write(string batchId, ResultRow row)
    {
        Begin(batchId, row);
        return End();
    }

    /// <summary>The same, with the cursor after which to go on, and what the job asked if that was read; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Write(string batchId, EndedJob job)
    {
        Begin(batchId, job.Result);
        _json.WriteString("cursor"u8, job.Place.ToString(CultureInfo.InvariantCulture));
        if (job.Input is { } input)
        {
            _json.WriteStartObject("input"u8);
            _json.WriteString("custom_id"u8, job.Result.CustomId);
            _json.WriteString("method"u8, "POST"u8);
            _json.WriteString("url"u8, job.Url);
            WriteJson("body"u8, input);
            _json.WriteEndObject();
        }

        return End();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <summary>The same for the same job, however often its batch is finalized.</summary>
    private static string LineId(string batchId, long jobId) => $"batch_req_{batchId.AsSpan(^16..)}{jobId:x16}";

    private void Begin(string batchId, ResultRow row)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("id"u8, LineId(batchId, row.JobId));
        _json.WriteString("custom_id"u8, row.CustomId);
        if (row.StatusCode > 0)
        {
            WriteResponse(row);
            _json.WriteNull("error"u8);
        }
        else
        {
            _json.WriteNull("response"u8);
            WriteError(row);
        }
    }

    private ReadOnlyMemory<byte> End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }

    private void WriteResponse(ResultRow row)
    {
        _json.WriteStartObject("response"u8);
        _json.WriteNumber("status_code"u8, row.StatusCode);
        _json.WriteString("request_id"u8, row.RequestId);
        if (row.Body is { } body)
        {
            WriteJson("body"u8, body);
        }
        else
        {
            _json.WritePropertyName("body"u8);
            ErrorBody error = new(row.ErrorMessage ?? "The request failed.", "server_error", null, row.ErrorCode);
            JsonSerializer.Serialize(_json, new ErrorReply(error), JsonSerializerOptions.Web);
        }

        _json.WriteEndObject();
    }

    private void WriteJson(ReadOnlySpan<byte> name, byte[] value)
    {
        // A line end inside JSON can only be white space: a line of the file must not be broken by it.
        value.AsSpan().Replace((byte)'\n', (byte)' ');
        value.AsSpan().Replace((byte)'\r', (byte)' ');
        _json.WritePropertyName(name);
        _json.WriteRawValue(value, skipInputValidation: true);
    }

    private void WriteError(ResultRow row)
    {
        (string code, string message) = row.State switch
        {
            _ when row.ErrorCode is not null => (row.ErrorCode, row.ErrorMessage ?? "The request could not be executed."),
            JobState.Expired => ("batch_expired", "This request could not be executed before the completion window expired."),
            JobState.Cancelled => ("batch_cancelled", "This request was not executed because its batch was cancelled."),
            _ => throw new InvalidOperationException($"Job {row.JobId} is {row.State} without a result."),
        };
        _json.WriteStartObject("error"u8);
        _json.WriteString("code"u8, code);
        _json.WriteString("message"u8, message);
        _json.WriteEndObject();
    }
}
