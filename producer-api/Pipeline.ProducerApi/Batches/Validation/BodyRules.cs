using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What a request's body must have to be worth queueing. What takes a tokenizer to find out, the worker says per job.</summary>
internal static class BodyRules
{
    /// <summary>Adds what is wrong with the body.</summary>
    /// <param name="facts">The body.</param>
    /// <param name="endpoint">The path it is for.</param>
    /// <param name="models">The models that are served.</param>
    /// <param name="line">Its line.</param>
    /// <param name="errors">Where complaints go.</param>
    public static void Check(in BodyFacts facts, string endpoint, IReadOnlyCollection<string> models, int line, ICollection<LineError> errors)
    {
        if (!facts.IsObject)
        {
            errors.Add(LineError.WrongType(line, "body", "an object"));
            return;
        }

        CheckModel(facts.Model, models, line, errors);
        if (facts.Streams)
        {
            errors.Add(new LineError("streaming_unsupported", line, "Chat Completions: Streaming is not supported in the Batch API.", "body.stream"));
        }

        if (endpoint == Endpoints.ChatCompletions)
        {
            CheckMessages(facts, line, errors);
        }
    }

    private static void CheckModel(JsonText model, IReadOnlyCollection<string> models, int line, ICollection<LineError> errors)
    {
        if (model.IsAbsent || model.Value is "")
        {
            errors.Add(new LineError("invalid_request", line, "Model parameter is required.", "body.model"));
        }
        else if (model.IsWrongType)
        {
            errors.Add(LineError.WrongType(line, "body.model", "a string"));
        }
        else if (model.Value is null || !models.Contains(model.Value))
        {
            string name = LineError.Quote(model.Value ?? "?");
            errors.Add(new LineError("model_not_found", line, $"The provided model '{name}' is not supported by the Batch API.", "body.model"));
        }
    }

    private static void CheckMessages(in BodyFacts facts, int line, ICollection<LineError> errors)
    {
        if (facts.Messages is JsonTokenType.None or JsonTokenType.Null)
        {
            errors.Add(new LineError("invalid_request", line, "Messages parameter is required.", "body.messages"));
        }
        else if (facts.Messages != JsonTokenType.StartArray)
        {
            errors.Add(LineError.WrongType(line, "body.messages", "an array of objects"));
        }
        else if (!facts.HasMessages)
        {
            errors.Add(new LineError(
                "empty_array", line, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "body.messages"));
        }
    }
}
