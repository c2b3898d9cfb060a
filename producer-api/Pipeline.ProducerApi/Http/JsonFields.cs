using System.IO.Pipelines;
using System.Text.Json;
using Pipeline.Data.Pricing;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Http;

/// <summary>Reads the fields of a JSON body, and refuses what is of the wrong type in OpenAI's words.</summary>
internal static class JsonFields
{
    /// <summary>Reads the whole body, which must be an object.</summary>
    public static async Task<JsonDocument> ReadObjectAsync(HttpRequest request)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, default, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            throw RequestException.Invalid("We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly.)");
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw RequestException.Invalid("The JSON body of your request must be an object.");
        }

        return document;
    }

    /// <summary>As <see cref="ReadObjectAsync"/>, where a request may also come without a body.</summary>
    public static async Task<JsonDocument?> ReadOptionalObjectAsync(HttpRequest request)
    {
        ReadResult first = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
        bool empty = first is { IsCompleted: true, Buffer.IsEmpty: true };
        request.BodyReader.AdvanceTo(first.Buffer.Start);
        return empty ? null : await ReadObjectAsync(request);
    }

    /// <summary>The field's value; <see langword="null"/> if it is absent or null.</summary>
    public static JsonElement? Find(this JsonElement element, string name)
    {
        try
        {
            return element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Among the names that it is compared with is one that escapes half of a surrogate pair.
            throw RequestException.Invalid("The name of a field is not valid Unicode.", code: "invalid_value");
        }
    }

    /// <summary>A field that must be there and be text.</summary>
    public static string RequiredString(this JsonElement element, string name) =>
        element.OptionalString(name) ?? throw RequestException.MissingParameter(name);

    /// <summary>A field that must be text if it is there.</summary>
    public static string? OptionalString(this JsonElement element, string name) =>
        element.Find(name) is { } value ? value.AsText(name) : null;

    /// <summary>A field that must be a whole number within bounds if it is there.</summary>
    public static int? OptionalInteger(this JsonElement element, string name, string path, int least, int most)
    {
        if (element.Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number))
        {
            throw RequestException.WrongType(path, "an integer", Describe(value));
        }

        return number < least ? throw RequestException.Invalid(
                $"Invalid '{path}': integer below minimum value. Expected a value >= {least}, but got {number} instead.", path, "integer_below_min_value")
            : number > most ? throw RequestException.Invalid(
                $"Invalid '{path}': integer above maximum value. Expected a value <= {most}, but got {number} instead.", path, "integer_above_max_value")
            : number;
    }

    /// <summary>A field that must be an amount of money above 0 if it is there, exact to what is stored.</summary>
    public static decimal? OptionalAmount(this JsonElement element, string name)
    {
        if (element.Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw RequestException.WrongType(name, "a decimal", Describe(value));
        }

        return value.TryGetDecimal(out decimal amount) && amount is > 0 and <= Money.Most && Money.Nearest(amount) == amount
            ? amount
            : throw RequestException.Invalid(
                $"Invalid '{name}': expected an amount above 0 and at most {Money.Most}, with at most {Money.Decimals} decimals, but got {value.GetRawText()} instead.",
                name,
                "invalid_value");
    }

    /// <summary>The value as text that PostgreSQL can hold.</summary>
    public static string AsText(this JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw RequestException.WrongType(path, "a string", Describe(value));
        }

        try
        {
            string text = value.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw RequestException.Invalid($"Invalid '{path}': the text contains a NUL character.", path, "invalid_value")
                : text;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid JSON, but no text.
            throw RequestException.Invalid($"Invalid '{path}': the text is not valid Unicode.", path, "invalid_value");
        }
    }

    /// <summary>The value's type in OpenAI's words.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
