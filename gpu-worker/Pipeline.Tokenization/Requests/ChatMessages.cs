using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>Reads the messages of a chat completion into what a chat template expects.</summary>
internal static class ChatMessages
{
    private static readonly HashSet<string> Roles = ["system", "developer", "user", "assistant", "tool"];
    private static readonly HashSet<string> Unsupported = ["function_call", "audio"];

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
        var conversation = new Conversation();
        int i = 0;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            ReadMessage(new RequestFields(message, $"messages[{i++}]"), conversation);
        }
        return i > 0 ? conversation.Messages : throw RequestErrorException.EmptyArray("messages");
    }

    private static void ReadMessage(RequestFields fields, Conversation conversation)
    {
        string role = fields.Text("role") ?? throw RequestErrorException.Missing(fields.PathOf("role"));
        if (role == "function")
        {
            throw RequestErrorException.UnsupportedValue(fields.PathOf("role"),
                $"'{fields.PathOf("role")}' does not support 'function' with this model: use 'tool', and 'tool_calls' before it.");
        }
        if (!Roles.Contains(role))
        {
            throw RequestErrorException.Invalid(fields.PathOf("role"), "invalid_value",
                $"Invalid value: '{role}'. Supported values are: {string.Join(", ", Roles.Select(known => $"'{known}'"))}.");
        }
        CalledFunction[] calls = role == "assistant" ? ReadCalls(fields) : [];
        string? reasoning = role == "assistant" ? fields.Text("reasoning_content") : null;
        string? content = MessageContent.Read(fields, "text", mayLack: calls.Length > 0);
        string? name = fields.Text("name");
        switch (role)
        {
            case "assistant":
                conversation.AddAnswer(content, reasoning, calls, name);
                break;
            case "tool":
                string call = fields.Text("tool_call_id") ?? throw RequestErrorException.Missing(fields.PathOf("tool_call_id"));
                conversation.AddResult(call, content!, name);
                break;
            default:
                // OpenAI's newer name for the system's instructions, which templates do not know.
                conversation.Add(role == "developer" ? "system" : role, content!, name);
                break;
        }
        RefuseReplayed(fields);
        fields.RefuseOthers(Unsupported);
    }

    private static CalledFunction[] ReadCalls(RequestFields message)
    {
        if (!message.TryGet("tool_calls", out JsonElement calls))
        {
            return [];
        }
        string path = message.PathOf("tool_calls");
        return calls.ValueKind != JsonValueKind.Array ? throw RequestErrorException.WrongType(path, "an array of objects", calls)
            : calls.GetArrayLength() == 0 ? throw RequestErrorException.EmptyArray(path)
            : [.. calls.EnumerateArray().Select((call, i) => ReadCall(new RequestFields(call, $"{path}[{i}]")))];
    }

    private static CalledFunction ReadCall(RequestFields call)
    {
        string id = call.Text("id") ?? throw RequestErrorException.Missing(call.PathOf("id"));
        string type = call.Text("type") ?? throw RequestErrorException.Missing(call.PathOf("type"));
        if (type != "function")
        {
            throw RequestErrorException.UnsupportedValue(call.PathOf("type"),
                $"'{call.PathOf("type")}' does not support '{type}' with this model. Only 'function' is supported.");
        }
        RequestFields function = call.TryGet("function", out JsonElement parts)
            ? new RequestFields(parts, call.PathOf("function")) : throw RequestErrorException.Missing(call.PathOf("function"));
        CalledFunction read = CalledFunction.Read(id, function);
        function.RefuseOthers(new HashSet<string>());
        call.TryGet("index", out _); // What a stream leaves behind.
        call.RefuseOthers(new HashSet<string>());
        return read;
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
}
