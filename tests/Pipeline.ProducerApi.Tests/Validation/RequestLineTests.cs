using System.Text;
using System.Text.Json;
using Pipeline.ProducerApi.Batches.Validation;

namespace Pipeline.ProducerApi.Tests.Validation;

public sealed class RequestLineTests
{
    [Fact]
    public void The_body_is_found_as_it_was_written()
    {
        const string Line = """ {"body": {"model":"m", "messages" : [ {"role":"user","content":[{"x":[1,2]}]} ], "n": 1e2 } ,"custom_id":"\u0061","url":"u","method":"POST","more":{"body":0}} """;
        Assert.True(RequestLine.TryParse(Encoding.UTF8.GetBytes(Line), out RequestLine request));
        Assert.Equal("""{"model":"m", "messages" : [ {"role":"user","content":[{"x":[1,2]}]} ], "n": 1e2 }""", Line[request.Body]);
        Assert.Equal(("a", "u", "POST", "m"), (request.CustomId.Value, request.Url.Value, request.Method.Value, request.Facts.Model.Value));
        Assert.Equal((JsonTokenType.StartArray, false), (request.Facts.Messages.Kind, request.Facts.Messages.IsEmpty));
        Assert.True(request.Facts.Prompt.IsAbsent);
        Assert.False(request.Facts.Streams);
    }

    [Theory]
    [InlineData("""{"messages":[[],[]]}""", JsonTokenType.StartArray, false)]
    [InlineData("""{"messages":[[[]]],"stream":true}""", JsonTokenType.StartArray, false)]
    [InlineData("""{"messages":[]}""", JsonTokenType.StartArray, true)]
    [InlineData("""{"messages":{"a":[1]}}""", JsonTokenType.StartObject, false)]
    [InlineData("""{"messages":null}""", JsonTokenType.Null, false)]
    [InlineData("""{"prompt":"a"}""", JsonTokenType.String, false)]
    [InlineData("""{"prompt":[],"stream":true}""", JsonTokenType.StartArray, true)]
    [InlineData("""{"input":[{"a":[]}]}""", JsonTokenType.StartArray, false)]
    public void What_a_request_is_about_is_told_from_nothing(string body, JsonTokenType kind, bool empty)
    {
        Assert.True(RequestLine.TryParse(Encoding.UTF8.GetBytes($$"""{"body":{{body}},"custom_id":"a"}"""), out RequestLine request));
        JsonOutline subject = body.StartsWith("""{"m""", StringComparison.Ordinal) ? request.Facts.Messages
            : body.StartsWith("""{"p""", StringComparison.Ordinal) ? request.Facts.Prompt : request.Facts.Input;
        Assert.Equal((kind, empty), (subject.Kind, subject.IsEmpty));
        Assert.Equal(body.Contains("stream", StringComparison.Ordinal), request.Facts.Streams);
        Assert.Equal("a", request.CustomId.Value);
    }

    [Theory]
    [InlineData("\"a\"", 1)]
    [InlineData("[\"a\",\"b\"]", 2)]
    [InlineData("[1,2,3]", 1)]
    [InlineData("[[1,2],[3],[4,5]]", 3)]
    [InlineData("[\"a\",[1,[2]],{\"b\":[3]}]", 3)]
    public void The_texts_to_embed_are_counted_in_every_form_of_input(string input, int texts)
    {
        Assert.True(RequestLine.TryParse(Encoding.UTF8.GetBytes($$"""{"body":{"input":{{input}},"model":"m"},"custom_id":"a"}"""), out RequestLine request));
        Assert.Equal(texts, request.Facts.Input.Texts);
        Assert.Equal("m", request.Facts.Model.Value);
    }

    [Fact]
    public void What_is_nested_too_deep_is_no_JSON_that_is_taken()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500));
        Assert.False(RequestLine.TryParse(Encoding.UTF8.GetBytes($$"""{"body":{{deep}}}"""), out _));
    }

    [Fact]
    public void No_bytes_at_all_make_it_throw()
    {
        Random random = new(7);
        byte[] line = Encoding.UTF8.GetBytes("""{"custom_id":"a\u00e9","method":"POST","url":"u","body":{"model":"m","messages":[{"content":"x"}],"stream":false}}""");
        int parsed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mutant = [.. line];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            }

            if (RequestLine.TryParse(mutant, out RequestLine request))
            {
                parsed++;
                List<LineError> errors = [];
                new LineRules("u", ["m"], 100).Check(request, 1, errors);
                Assert.All(errors, error => JsonSerializer.SerializeToUtf8Bytes(error));
            }
        }

        Assert.InRange(parsed, 100, 19_900);
    }
}
