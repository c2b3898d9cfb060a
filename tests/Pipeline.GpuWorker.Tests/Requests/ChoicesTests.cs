using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;
using Pipeline.GpuWorker.Tests.Answers;

namespace Pipeline.GpuWorker.Tests.Requests;

public sealed class ChoicesTests : IDisposable
{
    private readonly RequestMapperFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_chats_probabilities_are_those_of_the_tokens_that_its_text_came_of()
    {
        JsonNode body = Write(_fixture.Chat("\"logprobs\":true,\"top_logprobs\":2"), Result("aé", -0.5, end: true, top: 2) with { FinishReason = FinishReason.Stop });
        AssertJson("""
            {"content":[
               {"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"a","logprob":-0.5,"bytes":[97]},{"token":"x","logprob":-1,"bytes":[120]}]},
               {"token":"\\xc3","logprob":-1.5,"bytes":[195],"top_logprobs":[{"token":"\\xc3","logprob":-1.5,"bytes":[195]},{"token":"x","logprob":-1,"bytes":[120]}]},
               {"token":"\\xa9","logprob":-2.5,"bytes":[169],"top_logprobs":[{"token":"\\xa9","logprob":-2.5,"bytes":[169]},{"token":"x","logprob":-1,"bytes":[120]}]}],
             "refusal":null}
            """, body["choices"]![0]!["logprobs"]!);
    }

    [Fact]
    public void A_responses_probabilities_are_those_of_its_message_and_not_of_the_thoughts_before()
    {
        using ThinkingModelFixture thinking = new();
        GenerationResult result = Result("<think>so</think>Yes", -0.5, top: 2) with { FinishReason = FinishReason.Stop };
        JsonNode body = JsonNode.Parse(thinking.Response("\"top_logprobs\":2").Answer([result]).Write(thinking.Response().Form))!;
        JsonNode text = body["output"]![1]!["content"]![0]!;
        Assert.Equal("Yes", (string)text["text"]!);
        Assert.Equal("Yes", string.Concat(text["logprobs"]!.AsArray().Select(token => (string)token!["token"]!)));
        AssertJson("""{"token":"s","logprob":-19.5,"bytes":[115],"top_logprobs":[{"token":"s","logprob":-19.5,"bytes":[115]},{"token":"x","logprob":-1,"bytes":[120]}]}""", text["logprobs"]![2]!);
        Assert.Null(JsonNode.Parse(thinking.Response().Answer([result]).Write(thinking.Response().Form))!["output"]![1]!["content"]![0]!["logprobs"]);
    }

    [Fact]
    public void A_text_completions_probabilities_lie_along_its_text_and_end_where_it_was_cut()
    {
        JsonNode body = Write(_fixture.Completion("\"logprobs\":1,\"stop\":\"END\""), Result("éxEND", -0.5) with { Text = "éx" });
        AssertJson("""
            {"tokens":["bytes:\\xc3","bytes:\\xa9","x"],"token_logprobs":[-0.5,-1.5,-2.5],
             "top_logprobs":[{"bytes:\\xc3":-0.5},{"bytes:\\xa9":-1.5},{"x":-2.5}],"text_offset":[0,0,1]}
            """, body["choices"]![0]!["logprobs"]!);
    }

    [Fact]
    public void An_echo_brings_the_prompt_and_its_probabilities_before_the_completion()
    {
        GenerationResult result = Result("ok", -0.5) with { PromptLogprobs = [Score('h', -3), Score('i', -4)] };
        JsonNode body = Write(_fixture.Completion("\"logprobs\":1,\"echo\":true"), result);
        Assert.Equal("hiok", (string)body["choices"]![0]!["text"]!);
        AssertJson("""
            {"tokens":["<s>","h","i","o","k"],"token_logprobs":[null,-3,-4,-0.5,-1.5],
             "top_logprobs":[null,{"h":-3},{"i":-4},{"o":-0.5},{"k":-1.5}],"text_offset":[0,0,1,2,3]}
            """, body["choices"]![0]!["logprobs"]!);
    }

    [Fact]
    public void An_echo_without_a_completion_is_the_prompt_alone()
    {
        GenerationResult result = Result("o", -0.5) with { PromptLogprobs = [Score('h', -3), Score('i', double.NegativeInfinity)] };
        JsonNode body = Write(_fixture.Completion("\"logprobs\":0,\"echo\":true,\"max_tokens\":0"), result);
        Assert.Equal(("hi", "length"), ((string)body["choices"]![0]!["text"]!, (string)body["choices"]![0]!["finish_reason"]!));
        Assert.Equal("[null,-3,-9999]", body["choices"]![0]!["logprobs"]!["token_logprobs"]!.ToJsonString());
        Assert.Equal((3, 0), ((int)body["usage"]!["prompt_tokens"]!, (int)body["usage"]!["completion_tokens"]!));
        Assert.Equal("hi", (string)Write(_fixture.Completion("\"echo\":true,\"max_tokens\":0"), Result("o", -0.5))["choices"]![0]!["text"]!);
    }

    [Fact]
    public void Siblings_are_choices_whose_prompt_counts_once_and_is_cached_where_nobody_computed_it()
    {
        JsonNode body = Write(_fixture.Completion("\"n\":2", "[[104,105],[120]]"),
            Result("a", -1), Result("b", -1) with { CachedTokens = 2 }, Result("c", -1) with { PromptTokens = 1, CachedTokens = 1 }, Result("dd", -1) with { PromptTokens = 1, CachedTokens = 1 });
        Assert.Equal(["0 a", "1 b", "2 c", "3 dd"], body["choices"]!.AsArray().Select(choice => $"{choice!["index"]} {choice["text"]}"));
        Assert.Equal((4, 5, 1), ((int)body["usage"]!["prompt_tokens"]!, (int)body["usage"]!["completion_tokens"]!, (int)body["usage"]!["prompt_tokens_details"]!["cached_tokens"]!));
    }

    [Fact]
    public void The_best_of_several_are_those_whose_tokens_are_likeliest_on_average()
    {
        MappedRequest request = _fixture.Completion("\"n\":2,\"best_of\":3");
        JsonNode body = Write(request, Result("long one", -0.1), Result("x", -2), Result("y", -1));
        Assert.Equal(["y", "x"], body["choices"]!.AsArray().Select(choice => (string)choice!["text"]!));
        Assert.All(body["choices"]!.AsArray(), choice => Assert.Null(choice!["logprobs"]));
        Assert.Equal(10, (int)body["usage"]!["completion_tokens"]!);
    }

    private static JsonNode Write(MappedRequest request, params GenerationResult[] results)
    {
        Assert.Equal(request.Generations.Count, results.Length);
        return JsonNode.Parse(request.Answer(results).Write(request.Form))!;
    }

    private static void AssertJson(string expected, JsonNode actual) => Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual.ToJsonString());

    /// <summary>Tokens are bytes; each is less likely than the one before by 1.</summary>
    private static GenerationResult Result(string text, double first, bool end = false, int top = 1)
    {
        int[] tokens = [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value), .. (int[])(end ? [1000] : [])];
        return new GenerationResult
        {
            Tokens = tokens,
            Text = text,
            Logprobs = [.. tokens.Select((token, i) => Score(token, first - i, top))],
            FinishReason = FinishReason.Length,
            PromptTokens = 3,
            CachedTokens = 0,
            QueueSeconds = 0,
            PrefillSeconds = 0,
            DecodeSeconds = 0,
        };
    }

    private static TokenLogprobs Score(int token, double logprob, int top = 1) =>
        new(token, logprob, [.. new TokenLogprob[] { new(token, logprob), new('x', -1) }.Take(top)]);
}
