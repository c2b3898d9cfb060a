using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Commands.RunBatch;

/// <summary>A line of a batch's input file.</summary>
/// <param name="Number">Its number, counted from 1.</param>
/// <param name="CustomId">What its answer is to be known by.</param>
/// <param name="Url">The endpoint.</param>
/// <param name="Body">The request's body as JSON text.</param>
internal sealed record BatchLine(int Number, string CustomId, string Url, string Body)
{
    /// <exception cref="BatchLineException">The line is not what it should be.</exception>
    public static BatchLine Parse(string text, int number)
    {
        JsonElement line;
        try
        {
            line = JsonText.Parse(text);
        }
        catch (JsonException e)
        {
            throw new BatchLineException("invalid_json_line", null, $"Line {number}: This line is not parseable as valid JSON. {e.Message}");
        }
        if (line.ValueKind != JsonValueKind.Object)
        {
            throw new BatchLineException("invalid_json_line", null, $"Line {number}: This line is not a JSON object.");
        }
        string? customId = line.TryGetProperty("custom_id", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        Require("custom_id", JsonValueKind.String);
        string method = Require("method", JsonValueKind.String).GetString()!;
        string url = Require("url", JsonValueKind.String).GetString()!;
        JsonElement body = Require("body", JsonValueKind.Object);
        if (method != "POST")
        {
            throw new BatchLineException("invalid_method", customId, $"Line {number}: The method '{method}' is not supported: use POST.");
        }
        return RequestReader.Endpoints.Contains(url) || url == EmbeddingReader.Embeddings
            ? new BatchLine(number, customId!, url, body.GetRawText())
            : throw new BatchLineException("invalid_url", customId, $"Line {number}: The URL '{url}' is not supported.");

        JsonElement Require(string name, JsonValueKind kind)
        {
            if (!line.TryGetProperty(name, out JsonElement part) || part.ValueKind == JsonValueKind.Null)
            {
                throw new BatchLineException("missing_required_parameter", customId, $"Line {number}: Missing required parameter: '{name}'.");
            }
            return part.ValueKind == kind ? part
                : throw new BatchLineException("invalid_type", customId, $"Line {number}: '{name}' must be of kind {kind}, not {part.ValueKind}.");
        }
    }
}
