using System.Text.Json;
using Pipeline.Data.Webhooks;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Webhooks;

/// <summary>Reads the fields that describe an endpoint.</summary>
internal static class WebhookFields
{
    private const int LongestUrl = 2048, LongestDescription = 512;

    /// <summary>The URL, if it is there: absolute, http or https, without a name and password in it.</summary>
    /// <param name="body">The object that has it.</param>
    /// <param name="within">Where that object stands in the request: empty, or a path that ends in a dot.</param>
    public static string? Url(JsonElement body, string within = "")
    {
        string path = within + "url";
        if (body.Find("url") is not { } value)
        {
            return null;
        }

        string url = value.AsText(path);
        if (url.Length > LongestUrl)
        {
            throw TooLong(path, LongestUrl, url.Length);
        }

        return Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed)
            && parsed.Scheme is "http" or "https" && parsed.UserInfo.Length == 0 && parsed.Host.Length > 0
            ? url
            : throw RequestException.Invalid($"Invalid '{path}': expected an absolute http or https URL without credentials.", path, "invalid_value");
    }

    /// <summary>The types of events, if they are named: at least one, each known.</summary>
    public static string[]? Events(JsonElement body, string within = "")
    {
        string path = within + "events";
        if (body.Find("events") is not { } events)
        {
            return null;
        }

        if (events.ValueKind != JsonValueKind.Array)
        {
            throw RequestException.WrongType(path, "an array of strings", JsonFields.Describe(events));
        }

        string[] types = [.. events.EnumerateArray().Select((type, i) => type.AsText($"{path}[{i}]")).Distinct()];
        if (types.Length == 0)
        {
            throw RequestException.Invalid(
                $"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty array instead.", path, "empty_array");
        }

        return types.FirstOrDefault(type => !WebhookEventTypes.All.Contains(type)) is { } unknown
            ? throw RequestException.Invalid(
                $"Invalid value: '{unknown}'. Supported values are: {string.Join(", ", WebhookEventTypes.All.Select(type => $"'{type}'"))}.", path, "invalid_value")
            : types;
    }

    /// <summary>The description, if there is one.</summary>
    public static string? Description(JsonElement body) => body.OptionalString("description") is { } text
        ? text.Length <= LongestDescription ? text : throw TooLong("description", LongestDescription, text.Length)
        : null;

    private static RequestException TooLong(string path, int most, int got) => RequestException.Invalid(
        $"Invalid '{path}': string too long. Expected a string with maximum length {most}, but got a string with length {got} instead.",
        path,
        "string_above_max_length");
}
