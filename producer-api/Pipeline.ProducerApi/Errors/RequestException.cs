namespace Pipeline.ProducerApi.Errors;

/// <summary>Ends a request with an error that is the caller's to mend. Answered, not logged.</summary>
internal sealed class RequestException : Exception
{
    public RequestException(int statusCode, string message, string? param = null, string? code = null, string type = "invalid_request_error")
        : base(message)
    {
        StatusCode = statusCode;
        Reply = new ErrorReply(new ErrorBody(message, type, param, code));
    }

    public int StatusCode { get; }

    public ErrorReply Reply { get; }

    /// <summary>Headers that the reply gets besides.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Whether the clients' automatic retry is told to stay away (<c>x-should-retry: false</c>).</summary>
    public bool ForbidRetry { get; init; }

    /// <summary>The same of a part of the request: the parameter is named from the request's root.</summary>
    public RequestException Within(string path) =>
        new(StatusCode, Message, Reply.Error.Param is { } param ? $"{path}.{param}" : path, Reply.Error.Code, Reply.Error.Type) { ForbidRetry = ForbidRetry };

    public static RequestException Invalid(string message, string? param = null, string? code = null) => new(400, message, param, code);

    public static RequestException MissingParameter(string name) =>
        new(400, $"Missing required parameter: '{name}'.", name, "missing_required_parameter");

    public static RequestException WrongType(string name, string expected, string got) =>
        new(400, $"Invalid type for '{name}': expected {expected}, but got {got} instead.", name, "invalid_type");

    public static RequestException NoSuchFile(string id) => new(404, $"No such File object: {id}", "id");

    public static RequestException NoSuchBatch(string id) => new(404, $"No batch found with id '{id}'.");

    public static RequestException NoSuchDocumentSet(string id) => new(404, $"No documents found with id '{id}'.");

    public static RequestException NoSuchJob(string id) => new(404, $"No job found with id '{id}'.");

    public static RequestException NoSuchWebhook(string id) => new(404, $"No webhook endpoint found with id '{id}'.");

    public static RequestException NoSuchDelivery(string id) => new(404, $"No webhook delivery found with id '{id}'.");

    public static RequestException NoSuchSchedule(string id) => new(404, $"No schedule found with id '{id}'.");

    public static RequestException NoSuchRun(string id) => new(404, $"No run found with id '{id}'.");

    public static RequestException NoSuchTenant(string id) => NoSuch("tenant", id);

    public static RequestException NoSuch(string what, string id) => new(404, $"No {what} found with id '{id}'.");

    public static RequestException MissingScopes(params string[] scopes) => new(
        403,
        $"You have insufficient permissions for this operation. Missing scopes: {string.Join(", ", scopes)}. Check that your key has the necessary role or scopes.",
        code: "missing_scope");

    public static RequestException NoSuchModel(string id) => new(404, $"The model '{id}' does not exist", "model", "model_not_found");
}
