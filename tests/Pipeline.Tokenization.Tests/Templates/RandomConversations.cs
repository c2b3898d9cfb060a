using System.Text.Json.Nodes;

namespace Pipeline.Tokenization.Tests.Templates;

/// <summary>
/// The variables of a template by chance: users, answers with calls and thoughts, results, tools with all kinds of parameters; mostly
/// in an order that templates take, with text that is hard on them.
/// </summary>
internal sealed class RandomConversations(int seed)
{
    private static readonly string[] Texts =
    [
        "hi", "", "日本語 é 👩‍👩‍👧", "line\nbreak\n", "{\"a\": 1}", "<think>x</think>y", "it's \"quoted\" \\ back", "tab\tx", "a<b & c>d", "</think>", "ß İ", "0",
        "null", "<<SYS>>", "x\u00a0y", "{{ x }}",
    ];

    private readonly Random _random = new(seed);

    public JsonObject Next()
    {
        var variables = new JsonObject
        {
            ["messages"] = Messages(),
            ["tools"] = Chance(0.5) ? new JsonArray([.. Enumerable.Range(0, _random.Next(1, 4)).Select(Tool)]) : null,
            ["documents"] = null,
            ["add_generation_prompt"] = Chance(0.6),
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
        };
        if (Chance(0.3))
        {
            variables["enable_thinking"] = Chance(0.5);
        }
        if (Chance(0.1))
        {
            variables["reasoning_effort"] = Chance(0.5) ? "low" : "high";
        }
        return variables;
    }

    private JsonArray Messages()
    {
        JsonArray messages = [];
        if (Chance(0.4))
        {
            messages.Add(Message("system", "  be \"brief\"\n"));
        }
        for (int turn = _random.Next(1, 4); turn > 0; turn--)
        {
            messages.Add(Message("user", Chance(0.1) ? "  spaced  " : Text()));
            if (Chance(0.35))
            {
                AddCalls(messages);
            }
            else if (Chance(0.8))
            {
                messages.Add(Answer(Text()));
            }
        }
        if (Chance(0.7) && (string)messages[^1]!["role"]! == "assistant")
        {
            messages.Add(Message("user", Text()));
        }
        return messages;
    }

    private void AddCalls(JsonArray messages)
    {
        JsonObject answer = Answer(Chance(0.5) ? null : Chance(0.5) ? "" : "let me see");
        int count = _random.Next(1, 3);
        string[] ids = [.. Enumerable.Range(0, count).Select(_ => string.Concat(Enumerable.Range(0, 9).Select(_ => "abcdef0123"[_random.Next(10)])))];
        answer["tool_calls"] = new JsonArray([.. ids.Select((id, i) => new JsonObject
        {
            ["id"] = id,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = $"f{i}", ["arguments"] = Arguments() },
        })]);
        messages.Add((JsonNode)answer);
        for (int i = 0; i < count; i++)
        {
            JsonObject result = Message("tool", Chance(0.5) ? Text() : "{\"r\": 1}");
            result["tool_call_id"] = ids[i];
            if (Chance(0.7))
            {
                result["name"] = $"f{i}";
            }
            messages.Add((JsonNode)result);
        }
        if (Chance(0.7))
        {
            messages.Add(Answer(Text()));
        }
    }

    private JsonNode Arguments()
    {
        JsonObject arguments = [];
        for (int i = _random.Next(3); i > 0; i--)
        {
            arguments[$"p{i}"] = Value(0);
        }
        return Chance(0.2) ? arguments.ToJsonString() : arguments;
    }

    private JsonNode? Value(int depth) => _random.Next(depth < 2 ? 8 : 6) switch
    {
        0 or 1 => Text(),
        2 => _random.Next(-5, 100_000),
        3 => 1.5,
        4 => Chance(0.5),
        5 => null,
        6 => new JsonArray([.. Enumerable.Range(0, _random.Next(3)).Select(_ => Value(depth + 1))]),
        _ => new JsonObject { ["a"] = Value(depth + 1), ["zé\"x"] = Value(depth + 1) },
    };

    private JsonObject Tool(int index)
    {
        JsonObject properties = [];
        for (int i = _random.Next(4); i > 0; i--)
        {
            properties[$"p{i}"] = JsonNode.Parse(_random.Next(6) switch
            {
                0 => """{"type":"string","description":"it's a \"text\"\nof lines"}""",
                1 => """{"type":"string","enum":["a","b"]}""",
                2 => """{"type":"integer","default":3}""",
                3 => """{"type":"array","items":{"type":"string"}}""",
                4 => """{"type":["string","null"]}""",
                _ => """{"type":"object","properties":{"x":{"type":"boolean"},"y":{"type":"array","items":{"type":"number"}}},"required":["x"]}""",
            });
        }
        var parameters = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (Chance(0.7))
        {
            parameters["required"] = new JsonArray([.. properties.Select(property => (JsonNode)property.Key).Where(_ => Chance(0.5))]);
        }
        return new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = $"f{index}", ["description"] = Text(), ["parameters"] = parameters },
        };
    }

    private JsonObject Answer(string? content)
    {
        var answer = new JsonObject { ["role"] = "assistant", ["content"] = content };
        if (Chance(0.25))
        {
            answer["reasoning_content"] = Chance(0.5) ? "so\nso" : "";
        }
        return answer;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private string Text() => Texts[_random.Next(Texts.Length)];

    private bool Chance(double chance) => _random.NextDouble() < chance;
}
