using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What a request's body must have to be worth queueing. What takes a tokenizer to find out, the worker says per job.</summary>
internal static class BodyRules
{
    private const int MostInputs = 2048;

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
            errors.Add(new LineError("streaming_unsupported", line, $"{Name(endpoint)}: Streaming is not supported in the Batch API.", "body.stream"));
        }

        switch (endpoint)
        {
            case Endpoints.ChatCompletions:
                Require(facts.Messages, "messages", "an array of objects", orText: false, line, errors);
                break;
            case Endpoints.Completions:
                Require(facts.Prompt, "prompt", "a string, an array of strings or an array of tokens", orText: true, line, errors);
                break;
            case Endpoints.Embeddings:
                Require(facts.Input, "input", "a string, an array of strings or an array of tokens", orText: true, line, errors);
                CheckInputs(facts.Input, line, errors);
                break;
            case Endpoints.Responses:
                Require(facts.Input, "input", "a string or an array of objects", orText: true, line, errors);
                break;
        }
    }

    private static string Name(string endpoint) => endpoint switch
    {
        Endpoints.Completions => "Completions",
        Endpoints.Responses => "Responses",
        Endpoints.Embeddings => "Embeddings",
        _ => "Chat Completions",
    };

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

    /// <summary>What a request is about must be there: an array with something in it or, where a text will do, a text.</summary>
    private static void Require(JsonOutline value, string name, string expected, bool orText, int line, ICollection<LineError> errors)
    {
        if (value.IsAbsent)
        {
            errors.Add(new LineError("invalid_request", line, $"{char.ToUpperInvariant(name[0])}{name[1..]} parameter is required.", $"body.{name}"));
        }
        else if (value.Kind != JsonTokenType.StartArray && !(orText && value.Kind == JsonTokenType.String))
        {
            errors.Add(LineError.WrongType(line, $"body.{name}", expected));
        }
        else if (value.IsEmpty)
        {
            errors.Add(new LineError(
                "empty_array",
                line,
                $"Invalid '{name}': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                $"body.{name}"));
        }
    }

    private static void CheckInputs(JsonOutline input, int line, ICollection<LineError> errors)
    {
        if (input.Texts > MostInputs)
        {
            errors.Add(new LineError(
                "array_above_max_length",
                line,
                $"Invalid 'input': array too long. Expected an array with maximum length {MostInputs}, but got an array with length {input.Texts} instead.",
                "body.input"));
        }
    }
}
