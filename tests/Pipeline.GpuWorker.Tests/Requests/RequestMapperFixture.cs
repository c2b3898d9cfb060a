using Microsoft.Extensions.Time.Testing;
using Pipeline.Engine;
using Pipeline.Tokenization.Tests;
using Pipeline.Tokenization;
using Pipeline.GpuWorker.Requests;

namespace Pipeline.GpuWorker.Tests.Requests;

/// <summary>A mapper over a tokenizer of one token a byte, begin token 1000, and a ChatML-like template.</summary>
internal sealed class RequestMapperFixture : IDisposable
{
    public const int ContextLength = 100;

    private const string Template =
        "{% for m in messages %}{% if m.role == 'user' and 'boo' in m.content %}{{ raise_exception('No boos.') }}{% endif %}"
        + "<{{ m.role }}>{{ m.content }}{{ m.name or '' }}</>{% endfor %}{{ style }}>";

    private readonly TokenizerFixture _files = new TokenizerFixture().WithAdded("<s>").With("post_processor",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1000]}}}""");

    public RequestMapperFixture()
    {
        Time.SetUtcNow(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        Tokenizer = _files.Load();
        Mapper = new RequestMapper(Tokenizer, ChatTemplate.Parse(Template), "m", ContextLength, Time, constraints: new OutputConstraints(Tokenizer, [1000], Time));
    }

    public FakeTimeProvider Time { get; } = new();

    public Tokenizer Tokenizer { get; }

    public RequestMapper Mapper { get; }

    public MappedRequest Chat(string more = "", string messages = """[{"role":"user","content":"hi"}]""") =>
        Mapper.Map("id-1", "/v1/chat/completions", $$"""{"model":"m","messages":{{messages}}{{(more.Length > 0 ? "," + more : "")}}}""", "salt");

    public MappedRequest Completion(string more = "", string prompt = "\"hi\"") =>
        Mapper.Map("id-1", "/v1/completions", $$"""{"model":"m","prompt":{{prompt}}{{(more.Length > 0 ? "," + more : "")}}}""", "salt");

    public MappedRequest Response(string more = "", string input = "\"hi\"") =>
        Mapper.Map("id-1", "/v1/responses", $$"""{"model":"m","input":{{input}}{{(more.Length > 0 ? "," + more : "")}}}""", "salt");

    public string Prompt(MappedRequest request) => Tokenizer.Decode(request.Generations[0].Prompt, skipSpecial: false);

    public void Dispose() => _files.Dispose();
}
