using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>Reads the messages of a chat completion into what a chat template expects.</summary>
internal static class ChatMessages
{
    private static readonly HashSet<string> Roles = ["system", "developer", "user", "assistant"];
    private static readonly HashSet<string> Unsupported = ["tool_calls", "function_call", "tool_call_id", "audio", "reasoning_content"];

    public static JsonArray Read(RequestFields fields)
    {
        if (!fields.TryGet("messages", out JsonElement messages))
        {
            throw RequestErrorException.Missing("messages");
        }
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw RequestErrorException.WrongType("messages", "an array of objects", messages);
        }
        var result = new JsonArray();
        foreach (JsonElement message in messages.EnumerateArray())
        {
            result.Add((JsonNode)ReadMessage(new RequestFields(message, $"messages[{result.Count}]")));
        }
        return result.Count > 0 ? result : throw RequestErrorException.EmptyArray("messages");
    }

    private static JsonObject ReadMessage(RequestFields fields)
    {
        string role = fields.Text("role") ?? throw RequestErrorException.Missing(fields.PathOf("role"));
        if (role is "tool" or "function")
        {
            throw RequestErrorException.UnsupportedValue(fields.PathOf("role"),
                $"'{fields.PathOf("role")}' does not support '{role}' with this model: tools are not supported.");
        }
        if (!Roles.Contains(role))
        {
            throw RequestErrorException.Invalid(fields.PathOf("role"), "invalid_value",
                $"Invalid value: '{role}'. Supported values are: {string.Join(", ", Roles.Select(known => $"'{known}'"))}.");
        }
        // OpenAI's newer name for the system's instructions, which templates do not know.
        var message = new JsonObject { ["role"] = role == "developer" ? "system" : role, ["content"] = ReadContent(fields) };
        if (fields.Text("name") is { } name)
        {
            message["name"] = name;
        }
        RefuseReplayed(fields);
        fields.RefuseOthers(Unsupported);
        return message;
    }

    /// <summary>An earlier answer comes back with fields that say nothing as long as they are empty.</summary>
    private static void RefuseReplayed(RequestFields fields)
    {
        fields.TryGet("refusal", out JsonElement refusal);
        fields.TryGet("annotations", out JsonElement annotations);
        if (refusal.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            throw RequestErrorException.Unsupported(fields.PathOf("refusal"));
        }
        if (annotations.ValueKind == JsonValueKind.Array ? annotations.GetArrayLength() > 0
            : annotations.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            throw RequestErrorException.Unsupported(fields.PathOf("annotations"));
        }
    }

    private static string ReadContent(RequestFields fields)
    {
        if (!fields.TryGet("content", out JsonElement content))
        {
            throw RequestErrorException.Missing(fields.PathOf("content"));
        }
        string path = fields.PathOf("content");
        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array when content.GetArrayLength() > 0 =>
                // Parts are paragraphs: most templates know texts only, and other servers join them this way too.
                string.Join('\n', content.EnumerateArray().Select((part, i) => ReadPart(new RequestFields(part, $"{path}[{i}]")))),
            JsonValueKind.Array => throw RequestErrorException.EmptyArray(path),
            _ => throw RequestErrorException.WrongType(path, "a string or an array of objects", content),
        };
    }

    private static string ReadPart(RequestFields part)
    {
        string type = part.Text("type") ?? throw RequestErrorException.Missing(part.PathOf("type"));
        if (type != "text")
        {
            throw RequestErrorException.UnsupportedValue(part.PathOf("type"),
                $"'{part.PathOf("type")}' does not support '{type}' with this model. Only 'text' is supported.");
        }
        string text = part.Text("text") ?? throw RequestErrorException.Missing(part.PathOf("text"));
        part.RefuseOthers(new HashSet<string>());
        return text;
    }
}
