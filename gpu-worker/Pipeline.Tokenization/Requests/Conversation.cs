using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>Collects messages in the form that chat templates are given: OpenAI's, with all that a message can have.</summary>
internal sealed class Conversation
{
    private readonly Dictionary<string, string> _functions = [];

    public JsonArray Messages { get; } = [];

    public void Add(string role, string content, string? name)
    {
        var message = new JsonObject { ["role"] = role, ["content"] = content };
        SetName(message, name);
        Messages.Add((JsonNode)message);
    }

    /// <summary>Adds what the model said, thought and called.</summary>
    public void AddAnswer(string? content, string? reasoning, IReadOnlyList<CalledFunction> calls, string? name)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = content };
        SetName(message, name);
        if (reasoning is not null)
        {
            message["reasoning_content"] = reasoning;
        }
        if (calls.Count > 0)
        {
            message["tool_calls"] = new JsonArray([.. calls.Select(Call)]);
        }
        Messages.Add((JsonNode)message);
    }

    /// <summary>Adds what a function gave back. Templates that name it get the name from the call.</summary>
    public void AddResult(string callId, string content, string? name)
    {
        var message = new JsonObject { ["role"] = "tool", ["content"] = content, ["tool_call_id"] = callId };
        SetName(message, name ?? _functions.GetValueOrDefault(callId));
        Messages.Add((JsonNode)message);
    }

    private JsonObject Call(CalledFunction call)
    {
        _functions[call.Id] = call.Name;
        return new JsonObject
        {
            ["id"] = call.Id,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        };
    }

    private static void SetName(JsonObject message, string? name)
    {
        if (name is not null)
        {
            message["name"] = name;
        }
    }
}
