using System.Text.Json;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.ProducerApi.Webhooks;

namespace Pipeline.ProducerApi.Batches;

/// <summary>The body of a create, checked. What it refuses is refused at once; what the file says is found out later.</summary>
internal sealed record CreateBatchRequest(
    string InputFileId,
    string Endpoint,
    string CompletionWindow,
    Dictionary<string, string>? Metadata = null,
    OutputExpiry? OutputExpiresAfter = null,
    int? Priority = null,
    BatchWebhook? Webhook = null,
    decimal? MaxCost = null)
{
    private const int MostPairs = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;

    public static CreateBatchRequest Parse(JsonElement body)
    {
        string inputFileId = body.RequiredString("input_file_id");
        string endpoint = body.RequiredString("endpoint");
        if (!Endpoints.Known.Contains(endpoint))
        {
            string supported = string.Join(", ", Endpoints.Known.Select(known => $"'{known}'"));
            throw RequestException.Invalid($"Invalid value: '{endpoint}'. Supported values are: {supported}.", "endpoint", "invalid_value");
        }

        string window = body.RequiredString("completion_window");
        CompletionWindows.Parse(window);
        return new CreateBatchRequest(
            inputFileId,
            endpoint,
            window,
            ParseMetadata(body),
            ParseExpiry(body),
            body.OptionalInteger("priority", "priority", -100, 100),
            BatchWebhook.Parse(body),
            body.OptionalAmount("max_cost"));
    }

    private static Dictionary<string, string>? ParseMetadata(JsonElement body)
    {
        if (body.Find("metadata") is not { } metadata)
        {
            return null;
        }

        if (metadata.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.WrongType("metadata", "an object", JsonFields.Describe(metadata));
        }

        Dictionary<string, string> pairs = new(StringComparer.Ordinal);
        foreach (JsonProperty pair in metadata.EnumerateObject())
        {
            string name = NameOf(pair);
            if (name.Length > LongestKey)
            {
                throw TooLong($"metadata.{name}", "key", LongestKey, name.Length);
            }

            string value = pair.Value.AsText($"metadata.{name}");
            if (value.Length > LongestValue)
            {
                throw TooLong($"metadata.{name}", "string", LongestValue, value.Length);
            }

            pairs[name] = value;
        }

        return pairs.Count <= MostPairs
            ? pairs
            : throw RequestException.Invalid(
                $"Invalid 'metadata': too many properties. Expected an object with at most {MostPairs} properties, but got an object with {pairs.Count} properties instead.",
                "metadata",
                "object_above_max_properties");
    }

    private static string NameOf(JsonProperty pair)
    {
        try
        {
            return !pair.Name.Contains('\0', StringComparison.Ordinal)
                ? pair.Name
                : throw RequestException.Invalid("Invalid 'metadata': a key contains a NUL character.", "metadata", "invalid_value");
        }
        catch (InvalidOperationException)
        {
            throw RequestException.Invalid("Invalid 'metadata': a key is not valid Unicode.", "metadata", "invalid_value");
        }
    }

    private static RequestException TooLong(string path, string what, int most, int got) => RequestException.Invalid(
        $"Invalid '{path}': {what} too long. Expected a {what} with maximum length {most}, but got a {what} with length {got} instead.",
        path,
        "string_above_max_length");

    private static OutputExpiry? ParseExpiry(JsonElement body)
    {
        const string Path = "output_expires_after";
        if (body.Find(Path) is not { } expiry)
        {
            return null;
        }

        if (expiry.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.WrongType(Path, "an object", JsonFields.Describe(expiry));
        }

        string anchor = (expiry.Find("anchor") ?? throw RequestException.MissingParameter($"{Path}.anchor")).AsText($"{Path}.anchor");
        if (anchor != "created_at")
        {
            throw RequestException.Invalid($"Invalid value: '{anchor}'. Supported values are: 'created_at'.", $"{Path}.anchor", "invalid_value");
        }

        int seconds = expiry.OptionalInteger("seconds", $"{Path}.seconds", 3_600, 2_592_000)
            ?? throw RequestException.MissingParameter($"{Path}.seconds");
        return new OutputExpiry(anchor, seconds);
    }
}

/// <summary>How long the output files live.</summary>
internal sealed record OutputExpiry(string Anchor, int Seconds);
