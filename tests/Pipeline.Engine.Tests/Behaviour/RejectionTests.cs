using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Behaviour;

public sealed class RejectionTests : IDisposable
{
    private readonly RandomModel _model = new(new() { Context = 100 });
    private readonly InferenceEngine _engine;

    public RejectionTests() =>
        _engine = InferenceEngine.Load(new() { ModelDirectory = _model.Directory, BlockSize = 10, BlockCount = 8 });

    public static TheoryData<string, string, string> Cases => new()
    {
        { "empty prompt", "invalid_value", "prompt" },
        { "token too high", "invalid_value", "prompt" },
        { "token negative", "invalid_value", "prompt" },
        { "no tokens asked for", "invalid_value", "max_tokens" },
        { "beyond the context", "context_length_exceeded", "max_tokens" },
        { "beyond the cache", "cache_capacity_exceeded", "max_tokens" },
        { "cold", "invalid_value", "temperature" },
        { "not a number", "invalid_value", "temperature" },
        { "no candidates", "invalid_value", "top_p" },
        { "negative top-k", "invalid_value", "top_k" },
        { "min-p above 1", "invalid_value", "min_p" },
        { "presence penalty", "invalid_value", "presence_penalty" },
        { "frequency penalty", "invalid_value", "frequency_penalty" },
        { "no repetition penalty", "invalid_value", "repetition_penalty" },
        { "bias of no token", "invalid_value", "logit_bias" },
        { "bias of no number", "invalid_value", "logit_bias" },
        { "more tokens than at most", "invalid_value", "min_tokens" },
        { "end token of another model", "invalid_value", "stop_token_ids" },
        { "too many logprobs", "invalid_value", "logprobs" },
        { "empty stop text", "invalid_value", "stop" },
        { "stop text without tokenizer", "invalid_value", "stop" },
    };

    public void Dispose()
    {
        _engine.Dispose();
        _model.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_could_never_run_is_refused_and_leaves_no_trace(string name, string code, string param)
    {
        GenerationRequest fine = EngineDriver.Greedy("a", [1, 2], 5);
        GenerationRequest request = name switch
        {
            "empty prompt" => fine with { Prompt = [] },
            "token too high" => fine with { Prompt = [1, 97] },
            "token negative" => fine with { Prompt = [-1] },
            "no tokens asked for" => fine with { MaxTokens = 0 },
            "beyond the context" => fine with { MaxTokens = 99 },
            "beyond the cache" => fine with { MaxTokens = 79 },
            "cold" => fine with { Sampling = new() { Temperature = -0.1f } },
            "not a number" => fine with { Sampling = new() { Temperature = float.NaN } },
            "no candidates" => fine with { Sampling = new() { TopP = 0 } },
            "negative top-k" => fine with { Sampling = new() { TopK = -1 } },
            "min-p above 1" => fine with { Sampling = new() { MinP = 1.1f } },
            "presence penalty" => fine with { Sampling = new() { PresencePenalty = 2.1f } },
            "frequency penalty" => fine with { Sampling = new() { FrequencyPenalty = float.NaN } },
            "no repetition penalty" => fine with { Sampling = new() { RepetitionPenalty = 0 } },
            "bias of no token" => fine with { Sampling = new() { LogitBias = new Dictionary<int, float> { [97] = 1 } } },
            "bias of no number" => fine with { Sampling = new() { LogitBias = new Dictionary<int, float> { [9] = float.NaN } } },
            "more tokens than at most" => fine with { MinTokens = 6 },
            "end token of another model" => fine with { StopTokens = [1, 97] },
            "too many logprobs" => fine with { Logprobs = 21 },
            "empty stop text" => fine with { Stop = [""] },
            "stop text without tokenizer" => fine with { Stop = ["x"] },
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
        RequestRejectedException e = Assert.Throws<RequestRejectedException>(() => _engine.Add(request));
        Assert.Equal((code, param), (e.Code, e.Param));
        Assert.False(_engine.HasWork);
        EngineDriver.Run(_engine, fine);
    }

    [Fact]
    public void An_id_that_is_in_the_engine_is_refused_and_free_again_afterwards()
    {
        _engine.Add(EngineDriver.Greedy("a", [1], 5));
        Assert.Equal("duplicate_id", Assert.Throws<RequestRejectedException>(() => _engine.Add(EngineDriver.Greedy("a", [2], 5))).Code);
        EngineDriver.Drain(_engine);
        EngineDriver.Run(_engine, EngineDriver.Greedy("a", [2], 5));
    }

    [Fact]
    public void What_just_fits_the_cache_runs()
    {
        Assert.Equal(78, EngineDriver.Run(_engine, EngineDriver.Greedy("a", [1, 2], 78))["a"].CompletionTokens);
    }

    [Fact]
    public void Options_that_cannot_work_are_named()
    {
        foreach ((EngineOptions options, string name) in new[]
        {
            (new EngineOptions { ModelDirectory = "/nowhere" }, "ModelDirectory"),
            (new EngineOptions { ModelDirectory = _model.Directory, Dtype = "int4" }, "Dtype"),
            (new EngineOptions { ModelDirectory = _model.Directory, Device = "tpu" }, "Device"),
            (new EngineOptions { ModelDirectory = _model.Directory, BlockSize = 0 }, "BlockSize"),
            (new EngineOptions { ModelDirectory = _model.Directory, KvCacheBytes = 10 }, "KvCacheBytes"),
        })
        {
            Assert.Equal(name, Assert.Throws<ArgumentException>(() => InferenceEngine.Load(options)).ParamName);
        }
    }

    [Fact]
    public void A_device_that_is_not_there_is_named()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "there is a CUDA device");
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => InferenceEngine.Load(new() { ModelDirectory = _model.Directory, Device = "cuda" }));
        Assert.Contains("no CUDA device", e.Message, StringComparison.Ordinal);
    }
}
