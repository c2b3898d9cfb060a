using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>A request that is answered with an error, in OpenAI's form.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong, for people.</param>
/// <param name="type">OpenAI's kind of error, such as <c>invalid_request_error</c>.</param>
/// <param name="param">The parameter that is to blame, if one is.</param>
/// <param name="code">What is wrong, for programs.</param>
public sealed class RequestErrorException(int status, string message, string type, string? param, string? code) : Exception(message)
{
    /// <summary>The code of a request that is too long for the model.</summary>
    public const string ContextLengthExceeded = "context_length_exceeded";

    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>OpenAI's kind of error.</summary>
    public string Type { get; } = type;

    /// <summary>The parameter that is to blame, if one is.</summary>
    public string? Param { get; } = param;

    /// <summary>What is wrong, for programs.</summary>
    public string? Code { get; } = code;

    /// <summary>The request is at fault: status 400.</summary>
    public static RequestErrorException Invalid(string? param, string? code, string message) =>
        new(400, message, "invalid_request_error", param, code);

    internal static RequestErrorException Missing(string param) =>
        Invalid(param, "missing_required_parameter", $"Missing required parameter: '{param}'.");

    internal static RequestErrorException WrongType(string param, string expected, JsonElement found) =>
        Invalid(param, "invalid_type", $"Invalid type for '{param}': expected {expected}, but got {Describe(found)} instead.");

    internal static RequestErrorException EmptyArray(string param) => Invalid(param, "empty_array",
        $"Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead.");

    internal static RequestErrorException Unsupported(string param) =>
        Invalid(param, "unsupported_parameter", $"Unsupported parameter: '{param}' is not supported with this model.");

    internal static RequestErrorException UnsupportedValue(string param, string message) =>
        Invalid(param, "unsupported_value", $"Unsupported value: {message}");

    internal static RequestErrorException Unknown(string param) =>
        Invalid(param, "unknown_parameter", $"Unknown parameter: '{param}'.");

    /// <summary>A failure that is not the request's: it may do better another time.</summary>
    public static RequestErrorException Server(string message) => new(500, message, "server_error", null, "server_error");

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
