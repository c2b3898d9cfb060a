using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Pipeline.Data.Ids;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Batches.Planning;
using Pipeline.ProducerApi.Errors;
using Pipeline.ProducerApi.Http;
using Pipeline.Tokenization.Requests;

namespace Pipeline.ProducerApi.Documents;

/// <summary>
/// Reads a <see cref="DocumentTask"/> out of a form's fields. Whatever a batch's create takes is taken as a field too, objects
/// written as JSON: what concerns the batch is checked where batches are.
/// </summary>
internal sealed class DocumentForm(IOptions<ApiOptions> options, ModelReaders readers)
{
    public const int LongestField = 1 << 20;

    private const string DefaultWindow = "24h";

    /// <exception cref="RequestException">A field is missing or wrong.</exception>
    public DocumentTask Parse(IReadOnlyDictionary<string, string> fields)
    {
        JsonObject body = [];
        foreach ((string name, string value) in fields)
        {
            body[name] = name is "prompt" or "model" or "csv" or "completion_window" ? JsonValue.Create(value) : Value(name, value);
        }

        return Parse(body);
    }

    /// <summary>The same of fields that are JSON already. The object is changed.</summary>
    /// <exception cref="RequestException">A field is missing or wrong.</exception>
    public DocumentTask Parse(JsonObject body)
    {
        body["input_file_id"] = PublicIds.File();
        body["endpoint"] = Endpoints.ChatCompletions;
        body["completion_window"] ??= DefaultWindow;
        JsonElement root = JsonSerializer.SerializeToElement(body);
        DocumentTask task = new(
            Prompt(root),
            Model(root),
            Schema(root),
            root.OptionalInteger("max_tokens", "max_tokens", 1, int.MaxValue),
            RowsAreDocuments(root),
            CreateBatchRequest.Parse(root));
        Check(task);
        return task;
    }

    private static JsonNode? Value(string name, string value)
    {
        try
        {
            return value.Length == 0 ? null : JsonNode.Parse(value);
        }
        catch (JsonException e)
        {
            throw RequestException.Invalid($"Invalid '{name}': the form field is not valid JSON: {e.Message}", name, "invalid_value");
        }
    }

    private static string Prompt(JsonElement root) =>
        root.RequiredString("prompt") is { } prompt && !string.IsNullOrWhiteSpace(prompt) ? prompt : throw RequestException.MissingParameter("prompt");

    private string Model(JsonElement root)
    {
        string model = root.RequiredString("model");
        return options.Value.Models.Contains(model) ? model : throw RequestException.NoSuchModel(model);
    }

    private static string? Schema(JsonElement root) => root.Find("schema") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } schema => schema.GetRawText(),
        { } other => throw RequestException.WrongType("schema", "an object", JsonFields.Describe(other)),
    };

    private static bool RowsAreDocuments(JsonElement root) => root.OptionalString("csv") switch
    {
        null or "" or "whole" => false,
        "rows" => true,
        string other => throw RequestException.Invalid($"Invalid value: '{other}'. Supported values are: 'whole' and 'rows'.", "csv", "invalid_value"),
    };

    /// <summary>What would fail every single job is refused here: a schema that is none, a prompt longer than the context.</summary>
    private void Check(DocumentTask task)
    {
        if (readers.Find(task.Model) is not { } reader)
        {
            return;
        }

        try
        {
            using DocumentRequests requests = new(task.Prompt, task.Model, task.Schema, task.MaxTokens ?? DocumentTask.DefaultMaxTokens);
            ModelRequest request = reader.Requests.Read(Endpoints.ChatCompletions, requests.Ask(".").Span);
            reader.Limit?.Check(request);
        }
        catch (RequestErrorException e)
        {
            string? param = e.Param is null ? null
                : e.Param.StartsWith("response_format", StringComparison.Ordinal) ? "schema"
                : e.Param.StartsWith("messages", StringComparison.Ordinal) ? "prompt"
                : e.Param;
            throw RequestException.Invalid(e.Message, param, e.Code);
        }
    }
}
