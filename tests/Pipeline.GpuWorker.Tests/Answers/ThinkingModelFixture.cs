using Microsoft.Extensions.Time.Testing;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Tests;

namespace Pipeline.GpuWorker.Tests.Answers;

/// <summary>
/// A mapper for a model that thinks and calls functions: a token a byte, begin token 1000, <c>&lt;/think&gt;</c> 1001. The
/// template writes as little as it can.
/// </summary>
internal sealed class ThinkingModelFixture : IDisposable
{
    private const string Template =
        "{% for t in tools or [] %}<{{ t | tojson }}>{% endfor %}"
        + "{% for m in messages %}{{ m.role }}:{{ m.content or '' }}{% if m.reasoning_content %}({{ m.reasoning_content }}){% endif %}"
        + "{% for c in m.tool_calls or [] %}!{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %};{% endfor %}"
        + "{% if begin %}<think>\n{% elif enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{# <tool_call> #}";

    private readonly TokenizerFixture _files;

    public ThinkingModelFixture(string template = Template)
    {
        _files = new TokenizerFixture().WithAdded("<s>").WithAdded("</think>");
        Tokenizer = _files.Load();
        Mapper = new RequestMapper(Tokenizer, ChatTemplate.Parse(template), "m", 2000, new FakeTimeProvider(), constraints: new OutputConstraints(Tokenizer, [1000], TimeProvider.System));
    }

    public const string Tools = """
        "tools":[{"type":"function","function":{"name":"add","description":"adds","parameters":{"type":"object","properties":{"a":{"type":"number"}}}}}]
        """;

    public const string FlatTools = """
        "tools":[{"type":"function","name":"add","parameters":{"type":"object","properties":{}},"strict":false}]
        """;

    public Tokenizer Tokenizer { get; }

    public RequestMapper Mapper { get; }

    public MappedRequest Chat(string more = "", string messages = """[{"role":"user","content":"hi"}]""") =>
        Mapper.Map("id-1", "/v1/chat/completions", $$"""{"model":"m","messages":{{messages}}{{(more.Length > 0 ? "," + more : "")}}}""", "");

    public MappedRequest Response(string more = "", string input = "\"hi\"") =>
        Mapper.Map("id-1", "/v1/responses", $$"""{"model":"m","input":{{input}}{{(more.Length > 0 ? "," + more : "")}}}""", "");

    public string Prompt(MappedRequest request) => Tokenizer.Decode(request.Generations[0].Prompt, skipSpecial: false);

    /// <summary>The answer when the model writes this text.</summary>
    public Answer Say(MappedRequest request, string text, FinishReason finish = FinishReason.Stop)
    {
        int[] tokens = Tokenizer.Encode(text, addSpecialTokens: false);
        return request.Answer([new GenerationResult
        {
            Tokens = tokens, Text = text, FinishReason = finish, PromptTokens = 5, CachedTokens = 0, QueueSeconds = 0, PrefillSeconds = 0, DecodeSeconds = 0,
        }]);
    }

    public void Dispose() => _files.Dispose();
}
