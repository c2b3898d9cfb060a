using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>Reads instructions and input of a response into the messages that a chat template expects.</summary>
internal static class ResponseInput
{
    private static readonly string[] Roles = ["user", "assistant", "system", "developer"];

    public static JsonArray Read(RequestFields fields, string? instructions)
    {
        if (!fields.TryGet("input", out JsonElement input))
        {
            throw RequestErrorException.Missing("input");
        }
        var messages = new JsonArray();
        if (instructions is not null)
        {
            messages.Add((JsonNode)Message("system", instructions));
        }
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                messages.Add((JsonNode)Message("user", input.GetString()!));
                break;
            case JsonValueKind.Array when input.GetArrayLength() == 0:
                throw RequestErrorException.EmptyArray("input");
            case JsonValueKind.Array:
                int i = 0;
                foreach (JsonElement item in input.EnumerateArray())
                {
                    messages.Add((JsonNode)ReadItem(new RequestFields(item, $"input[{i++}]")));
                }
                break;
            default:
                throw RequestErrorException.WrongType("input", "a string or an array of objects", input);
        }
        return messages;
    }

    private static JsonObject ReadItem(RequestFields item)
    {
        if (item.Text("type") is { } type and not "message")
        {
            throw RequestErrorException.UnsupportedValue(item.PathOf("type"),
                $"'{item.PathOf("type")}' does not support '{type}' with this model. Only 'message' is supported.");
        }
        string role = item.Text("role") ?? throw RequestErrorException.Missing(item.PathOf("role"));
        if (!Roles.Contains(role))
        {
            throw RequestErrorException.Invalid(item.PathOf("role"), "invalid_value",
                $"Invalid value: '{role}'. Supported values are: {string.Join(", ", Roles.Select(known => $"'{known}'"))}.");
        }
        JsonObject message = Message(role == "developer" ? "system" : role, ReadContent(item));
        // An answer that is given back has them; they say nothing to the model.
        item.Text("id");
        item.Text("status");
        item.RefuseOthers(new HashSet<string>());
        return message;
    }

    private static string ReadContent(RequestFields item)
    {
        string path = item.PathOf("content");
        if (!item.TryGet("content", out JsonElement content))
        {
            throw RequestErrorException.Missing(path);
        }
        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array when content.GetArrayLength() > 0 =>
                string.Join('\n', content.EnumerateArray().Select((part, i) => ReadPart(new RequestFields(part, $"{path}[{i}]")))),
            JsonValueKind.Array => throw RequestErrorException.EmptyArray(path),
            _ => throw RequestErrorException.WrongType(path, "a string or an array of objects", content),
        };
    }

    private static string ReadPart(RequestFields part)
    {
        string type = part.Text("type") ?? throw RequestErrorException.Missing(part.PathOf("type"));
        if (type is not ("input_text" or "output_text"))
        {
            throw RequestErrorException.UnsupportedValue(part.PathOf("type"),
                $"'{part.PathOf("type")}' does not support '{type}' with this model. Only 'input_text' and 'output_text' are supported.");
        }
        string text = part.Text("text") ?? throw RequestErrorException.Missing(part.PathOf("text"));
        part.TryGet("annotations", out _);
        part.TryGet("logprobs", out _);
        part.RefuseOthers(new HashSet<string>());
        return text;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
