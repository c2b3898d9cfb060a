using System.Text.Json;

namespace Pipeline.ProducerApi.Batches.Validation;

/// <summary>What can be told of a request's body in one pass, without keeping it.</summary>
/// <param name="IsObject">Whether it is an object.</param>
/// <param name="Model">Its <c>model</c>.</param>
/// <param name="Streams">Whether it says <c>"stream": true</c>.</param>
/// <param name="Messages">What its <c>messages</c> is.</param>
/// <param name="HasMessages">Whether <c>messages</c> has an element.</param>
internal readonly record struct BodyFacts(bool IsObject, JsonText Model, bool Streams, JsonTokenType Messages, bool HasMessages)
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
            bool model = reader.ValueTextEquals("model"u8);
            bool stream = reader.ValueTextEquals("stream"u8);
            bool messages = reader.ValueTextEquals("messages"u8);
            reader.Read();
            if (model)
            {
                facts = facts with { Model = JsonText.Read(ref reader) };
            }
            else if (stream)
            {
                facts = facts with { Streams = reader.TokenType == JsonTokenType.True };
                reader.Skip();
            }
            else if (messages)
            {
                int depth = reader.CurrentDepth;
                facts = facts with { Messages = reader.TokenType, HasMessages = false };
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    reader.Read();
                    facts = facts with { HasMessages = reader.TokenType != JsonTokenType.EndArray };
                    while (reader.CurrentDepth > depth)
                    {
                        reader.Read();
                    }
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return facts;
    }
}
