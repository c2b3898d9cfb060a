using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Tests.Requests;

public sealed class AcceptedRequestTests : IDisposable
{
    private readonly RequestMapperFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_chat_is_rendered_by_the_models_template_without_further_tokens()
    {
        MappedRequest request = _fixture.Chat(messages: """
            [{"role":"developer","content":"d"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"name":"Ann"},
             {"role":"assistant","content":"c","refusal":null,"annotations":[]}]
            """);
        Assert.Equal("<system>d</><user>a\nbAnn</><assistant>c</>>", _fixture.Prompt(request));
        Assert.Equal("id-1", request.Generations[0].Id);
        Assert.Equal("salt", request.Generations[0].CacheSalt);
    }

    [Fact]
    public void Special_tokens_in_a_message_count_as_everywhere_else() =>
        Assert.Contains(1000, _fixture.Chat(messages: """[{"role":"user","content":"<s>"}]""").Generations[0].Prompt);

    [Fact]
    public void A_completion_gets_the_tokenizers_own_tokens_around_it()
    {
        Assert.Equal([1000, 'h', 'i'], _fixture.Completion().Generations[0].Prompt);
        Assert.Equal([1000, 'x'], _fixture.Completion(prompt: """["x"]""").Generations[0].Prompt);
        Assert.Equal([5, 6], _fixture.Completion(prompt: "[5,6]").Generations[0].Prompt);
        Assert.Equal([5], _fixture.Completion(prompt: "[[5]]").Generations[0].Prompt);
        Assert.Equal([1000], _fixture.Completion(prompt: "\"\"").Generations[0].Prompt);
    }

    [Fact]
    public void A_completion_of_several_prompts_is_a_generation_for_each()
    {
        MappedRequest request = _fixture.Completion("\"max_tokens\":3", """["a","b",[5]]""");
        Assert.Equal(["1000,97", "1000,98", "5"], request.Generations.Select(generation => string.Join(',', generation.Prompt)));
        Assert.Equal(3, request.Generations.Select(generation => generation.Id).Distinct().Count());
        Assert.All(request.Generations, generation => Assert.Equal((3, "salt"), (generation.MaxTokens, generation.CacheSalt)));
    }

    [Fact]
    public void A_response_is_a_chat_of_instructions_and_input()
    {
        Assert.Equal("<user>hi</>>", _fixture.Prompt(_fixture.Response()));
        Assert.Equal("<system>be brief</><developer>d</><user>a\nb</><assistant>c</><user>e</>>".Replace("developer", "system", StringComparison.Ordinal),
            _fixture.Prompt(_fixture.Response("\"instructions\":\"be brief\"", """
                [{"role":"developer","content":"d"},{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
                 {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"c","annotations":[],"logprobs":[]}]},
                 {"role":"user","content":"e"}]
                """)));
        GenerationRequest limited = _fixture.Response("\"max_output_tokens\":7,\"temperature\":0,\"top_p\":0.5").Generations[0];
        Assert.Equal((7, 0f, 0.5f), (limited.MaxTokens, limited.Sampling.Temperature, limited.Sampling.TopP));
    }

    [Theory]
    [InlineData("\"store\":false,\"background\":false,\"stream\":false,\"truncation\":\"disabled\",\"include\":[],\"top_logprobs\":0")]
    [InlineData("\"text\":{\"format\":{\"type\":\"text\"},\"verbosity\":\"medium\"},\"previous_response_id\":null,\"conversation\":null")]
    [InlineData("\"metadata\":{\"a\":\"b\"},\"user\":\"u\",\"service_tier\":\"auto\",\"reasoning\":{\"effort\":null,\"summary\":null}")]
    public void So_is_what_asks_for_nothing_of_a_response(string more) => Assert.NotNull(_fixture.Response(more));

    [Fact]
    public void What_is_not_said_is_openais_default()
    {
        GenerationRequest chat = _fixture.Chat().Generations[0];
        Assert.Equal(RequestMapperFixture.ContextLength - chat.Prompt.Count, chat.MaxTokens);
        Assert.Equal((1f, 1f, null), (chat.Sampling.Temperature, chat.Sampling.TopP, chat.Sampling.Seed));
        Assert.Empty(chat.Stop);
        Assert.False(chat.IgnoreEndTokens);
        Assert.Equal(16, _fixture.Completion().Generations[0].MaxTokens);
    }

    [Fact]
    public void A_cap_limits_only_what_names_no_limit()
    {
        var capped = new RequestMapper(_fixture.Tokenizer, Tokenization.ChatTemplate.Parse("x"), "m", 100, _fixture.Time, maxCompletionTokens: 7);
        const string body = """{"model":"m","messages":[{"role":"user","content":"a"}]""";
        Assert.Equal(7, capped.Map("i", RequestReader.ChatCompletions, body + "}", "").Generations[0].MaxTokens);
        Assert.Equal(9, capped.Map("i", RequestReader.ChatCompletions, body + ",\"max_tokens\":9}", "").Generations[0].MaxTokens);
    }

    [Fact]
    public void What_is_said_reaches_the_engine()
    {
        GenerationRequest request = _fixture.Chat(
            "\"temperature\":0.5,\"top_p\":0.25,\"seed\":-3,\"stop\":[\"a\",\"b\"],\"max_completion_tokens\":9,\"ignore_eos\":true").Generations[0];
        Assert.Equal((0.5f, 0.25f, -3L), (request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.Seed!.Value));
        Assert.Equal(["a", "b"], request.Stop);
        Assert.Equal(9, request.MaxTokens);
        Assert.True(request.IgnoreEndTokens);
        Assert.Null(request.Speculation);
        Assert.Equal(SpeculationMode.Lookup, _fixture.Chat("\"speculation\":\"lookup\"").Generations[0].Speculation);
        Assert.Equal(SpeculationMode.Off, _fixture.Completion("\"speculation\":\"off\"").Generations[0].Speculation);
        Assert.Equal(["x"], _fixture.Chat("\"stop\":\"x\"").Generations[0].Stop);
        Assert.Equal(4, _fixture.Completion("\"max_tokens\":4").Generations[0].MaxTokens);
        Assert.InRange(_fixture.Chat("\"top_p\":0").Generations[0].Sampling.TopP, float.Epsilon, 1e-6f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_that_says_how_tokens_are_chosen_reaches_the_engine(bool chat)
    {
        const string all = "\"presence_penalty\":0.5,\"frequency_penalty\":-0.5,\"repetition_penalty\":1.25,\"top_k\":40,\"min_p\":0.125,"
            + "\"logit_bias\":{\"5\":-100,\"7\":2.5},\"min_tokens\":3,\"stop_token_ids\":[8,9]";
        GenerationRequest request = (chat ? _fixture.Chat(all) : _fixture.Completion(all)).Generations[0];
        SamplingParameters sampling = request.Sampling;
        Assert.Equal((0.5f, -0.5f, 1.25f), (sampling.PresencePenalty, sampling.FrequencyPenalty, sampling.RepetitionPenalty));
        Assert.Equal((40, 0.125f), (sampling.TopK, sampling.MinP));
        Assert.Equal([(5, -100f), (7, 2.5f)], sampling.LogitBias.Select(bias => (bias.Key, bias.Value)));
        Assert.Equal(3, request.MinTokens);
        Assert.Equal([8, 9], request.StopTokens);
        Assert.Equal(0, _fixture.Chat("\"top_k\":-1").Generations[0].Sampling.TopK);
    }

    [Fact]
    public void Several_completions_of_a_prompt_are_siblings_and_of_several_prompts_follow_each_other()
    {
        MappedRequest request = _fixture.Completion("\"n\":2,\"best_of\":3,\"seed\":5", "[[1,2],[3]]");
        Assert.Equal(["id-1", "id-1/1", "id-1/2", "id-1/3", "id-1/4", "id-1/5"], request.Generations.Select(one => one.Id));
        Assert.Equal([0, 1, 2, 0, 1, 2], request.Generations.Select(one => one.Choice));
        Assert.Equal([2, 2, 2, 1, 1, 1], request.Generations.Select(one => one.Prompt.Count));
        Assert.All(request.Generations, one => Assert.Equal((5L, 0), (one.Sampling.Seed!.Value, one.Logprobs!.Value)));
        Assert.Equal(3, _fixture.Chat("\"n\":3").Generations.Count);
    }

    [Fact]
    public void Probabilities_are_asked_for_as_each_endpoint_does()
    {
        Assert.Null(_fixture.Chat("\"logprobs\":false").Generations[0].Logprobs);
        Assert.Equal(0, _fixture.Chat("\"logprobs\":true").Generations[0].Logprobs);
        Assert.Equal(4, _fixture.Chat("\"logprobs\":true,\"top_logprobs\":4").Generations[0].Logprobs);
        Assert.Null(_fixture.Response("\"top_logprobs\":0").Generations[0].Logprobs);
        Assert.Equal(0, _fixture.Response("\"include\":[\"message.output_text.logprobs\"]").Generations[0].Logprobs);
        Assert.Equal(4, _fixture.Response("\"top_logprobs\":4").Generations[0].Logprobs);
        Assert.Null(_fixture.Completion().Generations[0].Logprobs);
        GenerationRequest[] echoed = [.. _fixture.Completion("\"logprobs\":2,\"echo\":true,\"n\":2,\"max_tokens\":0").Generations];
        Assert.Equal([(2, 2, 1), (2, null, 1)], echoed.Select(one => (one.Logprobs!.Value, one.PromptLogprobs, one.MaxTokens)));
        Assert.Null(_fixture.Completion("\"logprobs\":2").Generations[0].PromptLogprobs);
    }

    [Fact]
    public void Variables_for_the_template_reach_it() =>
        Assert.EndsWith("formal>", _fixture.Prompt(_fixture.Chat("""
            "chat_template_kwargs":{"style":"formal"}
            """)), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"stream\":false,\"n\":1,\"logprobs\":false,\"top_logprobs\":0,\"presence_penalty\":0,\"frequency_penalty\":0.0,\"logit_bias\":{}")]
    [InlineData("\"user\":\"u\",\"metadata\":{\"a\":\"b\"},\"store\":false,\"service_tier\":\"auto\",\"safety_identifier\":\"s\",\"prompt_cache_key\":\"k\"")]
    [InlineData("\"response_format\":{\"type\":\"text\"}")]
    [InlineData("\"tools\":null,\"tool_choice\":null,\"stop\":null,\"temperature\":null,\"max_tokens\":null,\"stream\":null,\"n\":null,\"response_format\":null")]
    [InlineData("\"max_tokens\":5,\"max_completion_tokens\":5")]
    public void What_asks_for_nothing_is_accepted(string more) => Assert.NotNull(_fixture.Chat(more));

    [Fact]
    public void A_prompt_may_fill_the_context_to_the_last_token()
    {
        string content = new('a', RequestMapperFixture.ContextLength - "<user></>>".Length - 1);
        string messages = $$"""[{"role":"user","content":"{{content}}"}]""";
        Assert.Equal(1, _fixture.Chat(messages: messages).Generations[0].MaxTokens);
        Assert.Equal(1, _fixture.Chat("\"max_tokens\":1", messages).Generations[0].MaxTokens);
    }
}
