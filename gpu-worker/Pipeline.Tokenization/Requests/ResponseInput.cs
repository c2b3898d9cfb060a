using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// Reads instructions and input of a response into the messages that a chat template expects. What the model thought, said and
/// called are items of their own here; there they are one message.
/// </summary>
internal sealed class ResponseInput
{
    private const string TextParts = "input_text|output_text";

    private static readonly string[] Roles = ["user", "assistant", "system", "developer"];

    private readonly Conversation _conversation = new();
    private readonly List<CalledFunction> _calls = [];
    private string? _said;
    private string? _thought;

    public static JsonArray Read(RequestFields fields, string? instructions)
    {
        if (!fields.TryGet("input", out JsonElement input))
        {
            throw RequestErrorException.Missing("input");
        }
        var reading = new ResponseInput();
        if (instructions is not null)
        {
            reading._conversation.Add("system", instructions, null);
        }
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                reading._conversation.Add("user", input.GetString()!, null);
                break;
            case JsonValueKind.Array when input.GetArrayLength() == 0:
                throw RequestErrorException.EmptyArray("input");
            case JsonValueKind.Array:
                int i = 0;
                foreach (JsonElement item in input.EnumerateArray())
                {
                    reading.ReadItem(new RequestFields(item, $"input[{i++}]"));
                }
                reading.EndAnswer();
                break;
            default:
                throw RequestErrorException.WrongType("input", "a string or an array of objects", input);
        }
        return reading._conversation.Messages;
    }

    private void ReadItem(RequestFields item)
    {
        switch (item.Text("type"))
        {
            case null or "message":
                ReadMessage(item);
                break;
            case "reasoning":
                ReadReasoning(item);
                break;
            case "function_call":
                _calls.Add(CalledFunction.Read(CallId(item), item));
                break;
            case "function_call_output":
                EndAnswer();
                _conversation.AddResult(CallId(item), MessageContent.Read(item, TextParts, mayLack: false, "output")!, null);
                break;
            case { } type:
                throw RequestErrorException.UnsupportedValue(item.PathOf("type"), $"'{item.PathOf("type")}' does not support '{type}' with this model. "
                    + "Only 'message', 'reasoning', 'function_call' and 'function_call_output' are supported.");
        }
        // An answer that is given back has them; they say nothing to the model.
        item.Text("id");
        item.Text("status");
        item.RefuseOthers(new HashSet<string>());
    }

    private void ReadMessage(RequestFields item)
    {
        string role = item.Text("role") ?? throw RequestErrorException.Missing(item.PathOf("role"));
        if (!Roles.Contains(role))
        {
            throw RequestErrorException.Invalid(item.PathOf("role"), "invalid_value",
                $"Invalid value: '{role}'. Supported values are: {string.Join(", ", Roles.Select(known => $"'{known}'"))}.");
        }
        string content = MessageContent.Read(item, TextParts, mayLack: false)!;
        if (role == "assistant")
        {
            if (_said is not null || _calls.Count > 0)
            {
                EndAnswer();
            }
            _said = content;
        }
        else
        {
            EndAnswer();
            _conversation.Add(role == "developer" ? "system" : role, content, null);
        }
    }

    private void ReadReasoning(RequestFields item)
    {
        if (item.TryGet("encrypted_content", out _))
        {
            throw RequestErrorException.Unsupported(item.PathOf("encrypted_content"));
        }
        EndAnswer();
        // The thoughts themselves where they are there, their summary otherwise.
        string? content = ReadParts(item, "content", "reasoning_text");
        _thought = ReadParts(item, "summary", "summary_text") is { } summary && content is null ? summary : content;
    }

    private static string? ReadParts(RequestFields item, string name, string type) =>
        item.TryGet(name, out JsonElement parts) && parts.ValueKind == JsonValueKind.Array && parts.GetArrayLength() == 0
            ? null : MessageContent.Read(item, type, mayLack: true, name);

    private static string CallId(RequestFields item) => item.Text("call_id") ?? throw RequestErrorException.Missing(item.PathOf("call_id"));

    private void EndAnswer()
    {
        if (_said is not null || _thought is not null || _calls.Count > 0)
        {
            _conversation.AddAnswer(_said ?? (_calls.Count > 0 ? null : ""), _thought, _calls, null);
            (_said, _thought) = (null, null);
            _calls.Clear();
        }
    }
}
