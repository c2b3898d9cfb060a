using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Batches.Validation;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;

namespace Pipeline.ProducerApi.Jobs;

/// <summary>The body of a single submission, checked.</summary>
/// <param name="Endpoint">The API path, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Body">The request.</param>
/// <param name="CustomId">The submitter's own name for it.</param>
/// <param name="Priority">Higher goes first; 10 by default, ahead of batches.</param>
internal sealed record CreateJobRequest(string Endpoint, JsonElement Body, string? CustomId = null, int? Priority = null)
{
    public const int DefaultPriority = 10;

    private const int LongestCustomId = 512;

    /// <summary>The model that the body asks for.</summary>
    [JsonIgnore]
    public string Model => Body.GetProperty("model").GetString()!;

    /// <summary>What the body says.</summary>
    [JsonIgnore]
    public BodyFacts Facts { get; private init; }

    public static CreateJobRequest Parse(JsonElement root, IReadOnlyCollection<string> models)
    {
        string endpoint = root.RequiredString("endpoint");
        if (!Endpoints.Served.Contains(endpoint))
        {
            string supported = string.Join(", ", Endpoints.Served.Select(served => $"'{served}'"));
            throw RequestException.Invalid($"Invalid value: '{endpoint}'. Supported values are: {supported}.", "endpoint", "invalid_value");
        }

        JsonElement body = root.Find("body") ?? throw RequestException.MissingParameter("body");
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.WrongType("body", "an object", JsonFields.Describe(body));
        }

        BodyFacts facts = Check(body, endpoint, models);
        string? customId = root.OptionalString("custom_id");
        return customId is { Length: > LongestCustomId }
            ? throw RequestException.Invalid($"Invalid 'custom_id': string too long. Expected a string with maximum length {LongestCustomId}.", "custom_id", "string_above_max_length")
            : new CreateJobRequest(endpoint, body, customId, root.OptionalInteger("priority", "priority", -100, 100)) { Facts = facts };
    }

    private static BodyFacts FactsOf(JsonElement body)
    {
        try
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(body.GetRawText()));
            reader.Read();
            return BodyFacts.Read(ref reader);
        }
        catch (InvalidOperationException)
        {
            // A field's name escapes half of a surrogate pair.
            throw RequestException.Invalid("Invalid 'body': the name of a field is not valid Unicode.", "body", "invalid_value");
        }
    }

    /// <summary>The rules are those of a batch's line; only the form of the answer differs.</summary>
    private static BodyFacts Check(JsonElement body, string endpoint, IReadOnlyCollection<string> models)
    {
        List<LineError> errors = [];
        BodyFacts facts = FactsOf(body);
        BodyRules.Check(facts, endpoint, models, 0, errors);
        return errors.Count == 0 ? facts : throw RequestException.Invalid(errors[0].Message, errors[0].Param, errors[0].Code);
    }
}
