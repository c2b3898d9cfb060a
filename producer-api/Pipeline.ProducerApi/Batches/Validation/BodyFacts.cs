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
        reader.Read();
        BodyFacts facts = stream ? this with { Streams = reader.TokenType == JsonTokenType.True } : this;
        reader.Skip();
        return facts;
    }
}
