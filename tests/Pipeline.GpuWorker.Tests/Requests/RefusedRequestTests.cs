using System.Text.Json.Nodes;
using Pipeline.Engine;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Tests.Requests;

public sealed class RefusedRequestTests : IDisposable
{
    private readonly RequestMapperFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("\"stream\":true", "stream", "streaming_unsupported")]
    [InlineData("\"stream\":1", "stream", "invalid_type")]
    [InlineData("\"n\":0", "n", "integer_below_min_value")]
    [InlineData("\"n\":129", "n", "integer_above_max_value")]
    [InlineData("\"presence_penalty\":-2.5", "presence_penalty", "decimal_below_min_value")]
    [InlineData("\"repetition_penalty\":0", "repetition_penalty", "decimal_below_min_value")]
    [InlineData("\"top_k\":-2", "top_k", "integer_below_min_value")]
    [InlineData("\"top_k\":0.5", "top_k", "invalid_type")]
    [InlineData("\"min_p\":1.5", "min_p", "decimal_above_max_value")]
    [InlineData("\"min_tokens\":-1", "min_tokens", "integer_below_min_value")]
    [InlineData("\"stop_token_ids\":5", "stop_token_ids", "invalid_type")]
    [InlineData("\"stop_token_ids\":[5,\"a\"]", "stop_token_ids[1]", "invalid_type")]
    [InlineData("\"logit_bias\":[5]", "logit_bias", "invalid_type")]
    [InlineData("\"logit_bias\":{\"-5\":1}", "logit_bias", "invalid_value")]
    [InlineData("\"logit_bias\":{\"five\":1}", "logit_bias", "invalid_value")]
    [InlineData("\"logit_bias\":{\"5\":1,\"05\":2}", "logit_bias", "invalid_value")]
    [InlineData("\"logit_bias\":{\"5\":101}", "logit_bias.5", "decimal_above_max_value")]
    [InlineData("\"logit_bias\":{\"5\":null}", "logit_bias.5", "invalid_type")]
    [InlineData("\"logprobs\":1", "logprobs", "invalid_type")]
    [InlineData("\"top_logprobs\":3", "top_logprobs", "invalid_parameter_combination")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs", "integer_above_max_value")]
    [InlineData("\"best_of\":2", "best_of", "unsupported_parameter")]
    [InlineData("\"temperature\":2.1", "temperature", "decimal_above_max_value")]
    [InlineData("\"temperature\":-1", "temperature", "decimal_below_min_value")]
    [InlineData("\"temperature\":\"hot\"", "temperature", "invalid_type")]
    [InlineData("\"temperature\":1e999", "temperature", "decimal_above_max_value")]
    [InlineData("\"top_p\":1.5", "top_p", "decimal_above_max_value")]
    [InlineData("\"seed\":1.5", "seed", "invalid_type")]
    [InlineData("\"max_tokens\":0", "max_tokens", "integer_below_min_value")]
    [InlineData("\"max_tokens\":\"5\"", "max_tokens", "invalid_type")]
    [InlineData("\"max_tokens\":99999999999999999999", "max_tokens", "invalid_type")]
    [InlineData("\"max_tokens\":5,\"max_completion_tokens\":6", "max_tokens", "invalid_parameter_combination")]
    [InlineData("\"max_tokens\":9223372036854775807", "messages", "context_length_exceeded")]
    [InlineData("\"stop\":5", "stop", "invalid_type")]
    [InlineData("\"stop\":[\"a\",5]", "stop[1]", "invalid_type")]
    [InlineData("\"stop\":[\"a\",\"\"]", "stop[1]", "empty_string")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "array_above_max_length")]
    [InlineData("\"frequency_penalty\":3", "frequency_penalty", "decimal_above_max_value")]
    [InlineData("\"speculation\":\"Lookup\"", "speculation", "invalid_value")]
    [InlineData("\"speculation\":true", "speculation", "invalid_type")]
    [InlineData("\"store\":true", "store", "unsupported_parameter")]
    [InlineData("\"service_tier\":\"flex\"", "service_tier", "unsupported_value")]
    [InlineData("\"response_format\":{\"type\":\"structural_tag\"}", "response_format", "unsupported_value")]
    [InlineData("\"response_format\":{}", "response_format.type", "missing_required_parameter")]
    [InlineData("\"response_format\":\"json\"", "response_format", "invalid_type")]
    [InlineData("\"metadata\":5", "metadata", "invalid_type")]
    [InlineData("\"user\":5", "user", "invalid_type")]
    [InlineData("\"chat_template_kwargs\":{\"messages\":[]}", "chat_template_kwargs.messages", "invalid_value")]
    [InlineData("\"made_up\":1", "made_up", "unknown_parameter")]
    [InlineData("\"made_up\":null", "made_up", "unknown_parameter")]
    public void A_chat_parameter_is_refused_by_name(string more, string param, string code) =>
        AssertRefused(() => _fixture.Chat(more), param, code);

    [Theory]
    [InlineData("audio")]
    [InlineData("function_call")]
    [InlineData("functions")]
    [InlineData("modalities")]
    [InlineData("prediction")]
    [InlineData("stream_options")]
    [InlineData("verbosity")]
    [InlineData("web_search_options")]
    [InlineData("priority")]
    public void A_known_parameter_that_is_not_supported_is_not_ignored(string name) =>
        AssertRefused(() => _fixture.Chat($"\"{name}\":[1]"), name, "unsupported_parameter");

    [Theory]
    [InlineData("[]", "messages", "empty_array")]
    [InlineData("\"hi\"", "messages", "invalid_type")]
    [InlineData("[5]", "messages[0]", "invalid_type")]
    [InlineData("[{}]", "messages[0].role", "missing_required_parameter")]
    [InlineData("[{\"role\":\"user\"}]", "messages[0].content", "missing_required_parameter")]
    [InlineData("[{\"role\":\"assistant\",\"content\":null}]", "messages[0].content", "missing_required_parameter")]
    [InlineData("[{\"role\":\"wizard\",\"content\":\"a\"}]", "messages[0].role", "invalid_value")]
    [InlineData("[{\"role\":\"user\",\"content\":5}]", "messages[0].content", "invalid_type")]
    [InlineData("[{\"role\":\"user\",\"content\":[]}]", "messages[0].content", "empty_array")]
    [InlineData("[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]", "messages[0].content[0].type", "unsupported_value")]
    [InlineData("[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]", "messages[0].content[0].text", "missing_required_parameter")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"a\",\"odd\":1}]", "messages[1].odd", "unknown_parameter")]
    [InlineData("[{\"role\":\"assistant\",\"content\":\"a\",\"function_call\":{}}]", "messages[0].function_call", "unsupported_parameter")]
    [InlineData("[{\"role\":\"user\",\"content\":\"boo\"}]", "messages", "chat_template_error")]
    public void A_message_is_refused_by_its_place(string messages, string param, string code) =>
        AssertRefused(() => _fixture.Chat(messages: messages), param, code);

    [Theory]
    [InlineData("", "[]", "prompt", "empty_array")]
    [InlineData("", "5", "prompt", "invalid_type")]
    [InlineData("", "[\"a\",5]", "prompt[1]", "invalid_type")]
    [InlineData("", "[\"a\",[]]", "prompt[1]", "empty_array")]
    [InlineData("", "[[1],[\"a\"]]", "prompt[1][0]", "invalid_type")]
    [InlineData("", "[1,\"a\"]", "prompt[1]", "invalid_type")]
    [InlineData("\"echo\":1", "\"a\"", "echo", "invalid_type")]
    [InlineData("\"best_of\":2,\"n\":3", "\"a\"", "best_of", "invalid_value")]
    [InlineData("\"best_of\":21", "\"a\"", "best_of", "integer_above_max_value")]
    [InlineData("\"logprobs\":6", "\"a\"", "logprobs", "integer_above_max_value")]
    [InlineData("\"max_tokens\":0", "\"a\"", "max_tokens", "integer_below_min_value")]
    [InlineData("\"suffix\":\"x\"", "\"a\"", "suffix", "unsupported_parameter")]
    [InlineData("\"max_completion_tokens\":1", "\"a\"", "max_completion_tokens", "unknown_parameter")]
    [InlineData("\"max_tokens\":99", "\"a\"", "prompt", "context_length_exceeded")]
    public void A_completion_is_refused_by_name(string more, string prompt, string param, string code) =>
        AssertRefused(() => _fixture.Completion(more, prompt), param, code);

    [Theory]
    [InlineData("\"previous_response_id\":\"resp_1\"", "\"a\"", "previous_response_id", "unsupported_parameter")]
    [InlineData("\"conversation\":\"conv_1\"", "\"a\"", "conversation", "unsupported_parameter")]
    [InlineData("\"store\":true", "\"a\"", "store", "unsupported_value")]
    [InlineData("\"background\":true", "\"a\"", "background", "unsupported_value")]
    [InlineData("\"stream\":true", "\"a\"", "stream", "streaming_unsupported")]
    [InlineData("\"include\":[\"message.output_text.logprobs\",\"file_search_call.results\"]", "\"a\"", "include[1]", "unsupported_value")]
    [InlineData("\"include\":[5]", "\"a\"", "include[0]", "unsupported_value")]
    [InlineData("\"include\":5", "\"a\"", "include", "invalid_type")]
    [InlineData("\"n\":2", "\"a\"", "n", "unknown_parameter")]
    [InlineData("\"top_logprobs\":21", "\"a\"", "top_logprobs", "integer_above_max_value")]
    [InlineData("\"service_tier\":\"flex\"", "\"a\"", "service_tier", "unsupported_value")]
    [InlineData("\"reasoning\":{\"summary\":\"auto\"}", "\"a\"", "reasoning.summary", "unsupported_parameter")]
    [InlineData("\"text\":{\"format\":{\"type\":\"xml\"}}", "\"a\"", "text.format", "unsupported_value")]
    [InlineData("\"text\":{\"verbosity\":\"low\"}", "\"a\"", "text.verbosity", "unsupported_value")]
    [InlineData("\"text\":5", "\"a\"", "text", "invalid_type")]
    [InlineData("\"prompt\":{\"id\":\"p\"}", "\"a\"", "prompt", "unsupported_parameter")]
    [InlineData("\"max_output_tokens\":0", "\"a\"", "max_output_tokens", "integer_below_min_value")]
    [InlineData("\"max_output_tokens\":99", "\"a\"", "input", "context_length_exceeded")]
    [InlineData("\"max_tokens\":9", "\"a\"", "max_tokens", "unknown_parameter")]
    [InlineData("\"instructions\":5", "\"a\"", "instructions", "invalid_type")]
    [InlineData("", "[]", "input", "empty_array")]
    [InlineData("", "5", "input", "invalid_type")]
    [InlineData("", "[{\"role\":\"wizard\",\"content\":\"a\"}]", "input[0].role", "invalid_value")]
    [InlineData("", "[{\"role\":\"user\"}]", "input[0].content", "missing_required_parameter")]
    [InlineData("", "[{\"type\":\"item_reference\",\"id\":\"x\"}]", "input[0].type", "unsupported_value")]
    [InlineData("", "[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"x\"}]}]", "input[0].content[0].type", "unsupported_value")]
    [InlineData("", "\"boo\"", "input", "chat_template_error")]
    public void A_response_is_refused_by_name(string more, string input, string param, string code) =>
        AssertRefused(() => _fixture.Response(more, input), param, code);

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"model\":\"m\",\"model\":\"m\"}")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\"}]}")]
    [InlineData("{\"\\udc00\":1}")]
    public void A_body_that_is_no_json_or_no_text_is_refused(string body) =>
        AssertRefused(() => _fixture.Mapper.Map("i", "/v1/chat/completions", body, ""), null, "invalid_json");

    [Theory]
    [InlineData("[]", null, "invalid_type")]
    [InlineData("{}", "model", "missing_required_parameter")]
    [InlineData("{\"model\":\"m\"}", "messages", "missing_required_parameter")]
    public void So_is_one_that_lacks_what_it_needs(string body, string? param, string code) =>
        AssertRefused(() => _fixture.Mapper.Map("i", "/v1/chat/completions", body, ""), param, code);

    [Fact]
    public void Another_model_is_not_found()
    {
        var error = Assert.Throws<RequestErrorException>(() => _fixture.Mapper.Map("i", "/v1/chat/completions", """{"model":"other"}""", ""));
        Assert.Equal((404, "model_not_found"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("/v1/moderations", "url", "invalid_url")]
    [InlineData("/v1/embeddings", "model", "model_not_supported")]
    public void Another_endpoint_is_refused(string url, string param, string code) =>
        AssertRefused(() => _fixture.Mapper.Map("i", url, """{"model":"m"}""", ""), param, code);

    [Fact]
    public void A_prompt_beyond_the_context_is_refused_with_its_length()
    {
        string messages = $$"""[{"role":"user","content":"{{new string('a', 200)}}"}]""";
        var error = Assert.Throws<RequestErrorException>(() => _fixture.Chat(messages: messages));
        Assert.Equal("context_length_exceeded", error.Code);
        Assert.Contains("maximum context length is 100 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("resulted in 210 tokens", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<RequestErrorException>(() => _fixture.Chat("\"max_tokens\":95"));
        Assert.Contains("requested 107 tokens (12 in the messages, 95 in the completion)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_chat_template_takes_no_chats()
    {
        var mapper = new RequestMapper(_fixture.Tokenizer, null, "m", 100, _fixture.Time);
        AssertRefused(() => mapper.Map("i", "/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"a"}]}""", ""),
            "messages", "chat_template_missing");
        Assert.NotNull(mapper.Map("i", "/v1/completions", """{"model":"m","prompt":"a"}""", ""));
    }

    [Fact]
    public void An_error_is_written_as_openai_writes_it()
    {
        var error = new RequestRejectedException("cache_capacity_exceeded", "max_tokens", "Too \"much\".").ToError();
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"error":{"message":"Too \"much\".","type":"invalid_request_error","param":"max_tokens","code":"cache_capacity_exceeded"}}"""),
            JsonNode.Parse(error.ToBody())));
        Assert.Equal(400, error.Status);
        Assert.Equal((500, "server_error"), (RequestErrorException.Server("x").Status, RequestErrorException.Server("x").Type));
    }

    private static void AssertRefused(Func<object> map, string? param, string code)
    {
        var error = Assert.Throws<RequestErrorException>(map);
        Assert.Equal((400, "invalid_request_error", param, code), (error.Status, error.Type, error.Param, error.Code));
    }
}
