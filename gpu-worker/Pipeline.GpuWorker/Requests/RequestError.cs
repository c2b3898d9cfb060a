using System.Text.Json;
using Pipeline.Engine;

namespace Pipeline.GpuWorker.Requests;

/// <summary>A request that is answered with an error, in OpenAI's form.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong, for people.</param>
/// <param name="type">OpenAI's kind of error, such as <c>invalid_request_error</c>.</param>
/// <param name="param">The parameter that is to blame, if one is.</param>
/// <param name="code">What is wrong, for programs.</param>
internal sealed class RequestError(int status, string message, string type, string? param, string? code) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string? Param { get; } = param;

    public string? Code { get; } = code;

    public static RequestError Invalid(string? param, string? code, string message) =>
        new(400, message, "invalid_request_error", param, code);

    public static RequestError Missing(string param) =>
        Invalid(param, "missing_required_parameter", $"Missing required parameter: '{param}'.");

    public static RequestError WrongType(string param, string expected, JsonElement found) =>
        Invalid(param, "invalid_type", $"Invalid type for '{param}': expected {expected}, but got {Describe(found)} instead.");

    public static RequestError Unsupported(string param) =>
        Invalid(param, "unsupported_parameter", $"Unsupported parameter: '{param}' is not supported with this model.");

    public static RequestError UnsupportedValue(string param, string message) =>
        Invalid(param, "unsupported_value", $"Unsupported value: {message}");

    public static RequestError Unknown(string param) =>
        Invalid(param, "unknown_parameter", $"Unknown parameter: '{param}'.");

    /// <summary>What the engine itself refused.</summary>
    public static RequestError From(RequestRejectedException rejection) =>
        Invalid(rejection.Param, rejection.Code, rejection.Message);

    /// <summary>A failure that is not the request's: it may do better another time.</summary>
    public static RequestError Server(string message) => new(500, message, "server_error", null, "server_error");

    /// <summary>The response body: <c>{"error": {message, type, param, code}}</c>.</summary>
    public string ToBody() => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("error");
        writer.WriteString("message", Message);
        writer.WriteString("type", Type);
        writer.WriteString("param", Param);
        writer.WriteString("code", Code);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static string Describe(JsonElement found) => found.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number when found.TryGetInt64(out _) => "an integer",
        JsonValueKind.Number => "a decimal number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
