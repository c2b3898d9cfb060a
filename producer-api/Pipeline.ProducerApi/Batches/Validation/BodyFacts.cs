using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What can be told of a request's body in one pass, without keeping it.</summary>
/// <param name="IsObject">Whether it is an object.</param>
/// <param name="Model">Its <c>model</c>.</param>
/// <param name="Streams">Whether it says <c>"stream": true</c>.</param>
/// <param name="Messages">Its <c>messages</c>, what a chat is about.</param>
/// <param name="Prompt">Its <c>prompt</c>, what a completion is about.</param>
/// <param name="Input">Its <c>input</c>, what a response or an embedding is about.</param>
internal readonly record struct BodyFacts(bool IsObject, JsonText Model, bool Streams, JsonOutline Messages, JsonOutline Prompt, JsonOutline Input)
{
    /// <summary>The most tokens that an answer may have, by whichever name it goes; the larger of two.</summary>
    public long? MaxTokens { get; private init; }

    /// <summary>How many answers are generated: <c>best_of</c>, or <c>n</c>; 0 where it does not say.</summary>
    public int Choices { get; private init; }

    /// <summary>Reads the value that the reader stands on, and moves to its end.</summary>
    public static BodyFacts Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        BodyFacts facts = new() { IsObject = true };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            facts = facts.With(ref reader);
        }

        return facts;
    }

    /// <summary>Reads the field whose name the reader stands on.</summary>
    private BodyFacts With(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            return this with { Model = JsonText.Read(ref reader) };
        }

        if (reader.ValueTextEquals("messages"u8))
        {
            reader.Read();
            return this with { Messages = JsonOutline.Read(ref reader) };
        }

        if (reader.ValueTextEquals("prompt"u8))
        {
            reader.Read();
            return this with { Prompt = JsonOutline.Read(ref reader) };
        }

        if (reader.ValueTextEquals("input"u8))
        {
            reader.Read();
            return this with { Input = JsonOutline.Read(ref reader) };
        }

        bool stream = reader.ValueTextEquals("stream"u8);
        bool maxTokens = reader.ValueTextEquals("max_tokens"u8) || reader.ValueTextEquals("max_completion_tokens"u8) || reader.ValueTextEquals("max_output_tokens"u8);
        bool choices = reader.ValueTextEquals("n"u8) || reader.ValueTextEquals("best_of"u8);
        reader.Read();
        BodyFacts facts = this;
        if (stream)
        {
            facts = this with { Streams = reader.TokenType == JsonTokenType.True };
        }
        else if ((maxTokens || choices) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) && number >= 0)
        {
            facts = maxTokens ? this with { MaxTokens = Math.Max(number, MaxTokens ?? 0) } : this with { Choices = Math.Max(number, Choices) };
        }

        reader.Skip();
        return facts;
    }
}
