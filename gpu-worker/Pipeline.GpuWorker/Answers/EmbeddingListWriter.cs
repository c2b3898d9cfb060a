using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Answers;

/// <summary>Writes OpenAI's <c>list</c> of <c>embedding</c> objects.</summary>
internal static class EmbeddingListWriter
{
    /// <summary>The answer's body as JSON text.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="vectors">The vectors, in the order of their index.</param>
    /// <param name="promptTokens">Tokens of all inputs.</param>
    /// <param name="encoding">How values are written. Base64 is of the host's own order, which is little-endian wherever this runs.</param>
    public static string Write(string model, IReadOnlyList<float[]> vectors, int promptTokens, EmbeddingEncoding encoding) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        for (int i = 0; i < vectors.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("object", "embedding");
            writer.WriteNumber("index", i);
            writer.WritePropertyName("embedding");
            WriteVector(writer, vectors[i], encoding);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("model", model);
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", promptTokens);
        writer.WriteNumber("total_tokens", promptTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static void WriteVector(Utf8JsonWriter writer, float[] vector, EmbeddingEncoding encoding)
    {
        if (encoding == EmbeddingEncoding.Base64)
        {
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }
        writer.WriteStartArray();
        foreach (float value in vector)
        {
            writer.WriteNumberValue(value);
        }
        writer.WriteEndArray();
    }
}
