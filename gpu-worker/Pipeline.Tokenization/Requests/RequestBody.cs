using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>What all endpoints' bodies begin with.</summary>
internal static class RequestBody
{
    /// <summary>Reads a body whose <c>model</c> is the one that is served.</summary>
    /// <param name="body">JSON in UTF-8.</param>
    /// <param name="model">The name that requests have to ask for.</param>
    /// <exception cref="RequestErrorException">It is no JSON object, or asks for another model.</exception>
    public static RequestFields Read(ReadOnlySpan<byte> body, string model)
    {
        var fields = new RequestFields(Parse(body));
        string asked = fields.Text("model") ?? throw RequestErrorException.Missing("model");
        return asked == model ? fields : throw new RequestErrorException(404,
            $"The model '{asked}' does not exist or you do not have access to it.", "invalid_request_error", "model", "model_not_found");
    }

    private static JsonElement Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonText.Parse(body);
        }
        catch (JsonException e)
        {
            throw RequestErrorException.Invalid(null, "invalid_json", $"We could not parse the JSON body of your request: {e.Message}");
        }
    }
}
