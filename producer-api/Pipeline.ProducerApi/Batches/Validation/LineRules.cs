namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What the lines of one batch file must be, each by itself and all together.</summary>
/// <param name="endpoint">The batch's endpoint.</param>
/// <param name="models">The models that are served.</param>
/// <param name="mostInputs">Inputs that all lines may embed together.</param>
internal sealed class LineRules(string endpoint, IReadOnlyCollection<string> models, int mostInputs)
{
    private const int LongestCustomId = 512;

    private readonly Dictionary<string, int> _customIds = new(StringComparer.Ordinal);

    private long _inputs;

    /// <summary>The model that the lines ask for: the first supported one, which the others must share.</summary>
    public string? Model { get; private set; }

    /// <summary>Adds what is wrong with the line.</summary>
    public void Check(in RequestLine request, int line, ICollection<LineError> errors)
    {
        CheckCustomId(request.CustomId, line, errors);
        if (Require(request.Method, "method", line, errors) is { } method && method != "POST")
        {
            errors.Add(new LineError("invalid_method", line, $"Invalid method: '{LineError.Quote(method)}'. Supported values are: 'POST'.", "method"));
        }

        if (Require(request.Url, "url", line, errors) is { } url && url != endpoint)
        {
            errors.Add(new LineError("invalid_url", line, "The URL provided for this request does not match the batch endpoint.", "url"));
        }

        if (!request.HasBody)
        {
            errors.Add(LineError.Missing(line, "body"));
            return;
        }

        BodyRules.Check(request.Facts, endpoint, models, line, errors);
        CheckSameModel(request.Facts.Model.Value, line, errors);
        if (endpoint == Endpoints.Embeddings)
        {
            CountInputs(request.Facts.Input.Texts, line, errors);
        }
    }

    private static string? Require(JsonText text, string param, int line, ICollection<LineError> errors)
    {
        if (text.IsAbsent)
        {
            errors.Add(LineError.Missing(line, param));
        }
        else if (text.IsWrongType)
        {
            errors.Add(LineError.WrongType(line, param, "a string"));
        }
        else if (text.IsUnstorable)
        {
            errors.Add(new LineError("invalid_value", line, $"Invalid '{param}': the text is not valid Unicode, or contains a NUL character.", param));
        }

        return text.Value;
    }

    private void CheckCustomId(JsonText text, int line, ICollection<LineError> errors)
    {
        if (Require(text, "custom_id", line, errors) is not { } customId)
        {
            return;
        }

        if (customId.Length == 0)
        {
            errors.Add(LineError.Missing(line, "custom_id"));
        }
        else if (customId.Length > LongestCustomId)
        {
            errors.Add(new LineError(
                "string_above_max_length",
                line,
                $"Invalid 'custom_id': string too long. Expected a string with maximum length {LongestCustomId}, but got a string with length {customId.Length} instead.",
                "custom_id"));
        }
        else if (!_customIds.TryAdd(customId, line))
        {
            errors.Add(new LineError(
                "duplicate_custom_id", line, $"The custom_id '{LineError.Quote(customId)}' was already used in line {_customIds[customId]}.", "custom_id"));
        }
    }

    private void CheckSameModel(string? model, int line, ICollection<LineError> errors)
    {
        if (model is null || !models.Contains(model))
        {
            return;
        }

        Model ??= model;
        if (model != Model)
        {
            errors.Add(new LineError(
                "mismatched_model",
                line,
                $"The model '{LineError.Quote(model)}' does not match '{LineError.Quote(Model)}' of an earlier line: all requests of a batch must ask for the same model.",
                "body.model"));
        }
    }

    /// <summary>The line that goes beyond what all may have is named; those after it are not.</summary>
    private void CountInputs(int inputs, int line, ICollection<LineError> errors)
    {
        bool fitted = _inputs <= mostInputs;
        _inputs += inputs;
        if (fitted && _inputs > mostInputs)
        {
            errors.Add(new LineError(
                "too_many_inputs", line, $"The batch has more than {mostInputs} embedding inputs up to this line, which is the most that a batch may have.", "body.input"));
        }
    }
}
