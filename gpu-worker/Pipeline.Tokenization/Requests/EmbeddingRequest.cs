using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>The body of <c>/v1/embeddings</c>.</summary>
/// <param name="Inputs">The inputs: each has its own vector in the answer.</param>
/// <param name="Encoding">How the answer writes them.</param>
/// <param name="Dimensions">Values to keep of each vector; null for all.</param>
/// <param name="Truncate">
/// Tokens that longer inputs are cut to (<c>truncate_prompt_tokens</c>, an extension known from vLLM); null for refusing them.
/// </param>
/// <param name="AddSpecialTokens">Whether texts get the tokens around them that the tokenizer asks for (<c>add_special_tokens</c>, likewise).</param>
internal sealed record EmbeddingRequest(
    IReadOnlyList<CompletionPrompt> Inputs, EmbeddingEncoding Encoding, int? Dimensions, int? Truncate, bool AddSpecialTokens)
{
    private const int AsLongAsCanBe = -1;

    private static readonly HashSet<string> Unsupported = ["truncation_side", "priority", "normalize", "use_activation", "additional_data"];

    /// <summary>Reads a body.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="contextLength">Tokens that an input may have.</param>
    public static EmbeddingRequest Read(RequestFields fields, int contextLength)
    {
        if (!fields.TryGet("input", out JsonElement input))
        {
            throw RequestErrorException.Missing("input");
        }
        fields.Text("user");
        var request = new EmbeddingRequest(
            CompletionPrompt.Read(input, "input"),
            ReadEncoding(fields),
            (int?)fields.Integer("dimensions", 1, int.MaxValue),
            ReadTruncation(fields, contextLength),
            fields.Flag("add_special_tokens") ?? true);
        fields.RefuseOthers(Unsupported);
        return request;
    }

    private static EmbeddingEncoding ReadEncoding(RequestFields fields) => fields.Text("encoding_format") switch
    {
        null or "float" => EmbeddingEncoding.Float,
        "base64" => EmbeddingEncoding.Base64,
        string other => throw RequestErrorException.Invalid("encoding_format", "invalid_value",
            $"Invalid value: '{other}'. Supported values are: 'float' and 'base64'."),
    };

    private static int? ReadTruncation(RequestFields fields, int contextLength) =>
        fields.Integer("truncate_prompt_tokens", AsLongAsCanBe, contextLength) switch
        {
            null => null,
            AsLongAsCanBe => contextLength,
            0 => throw RequestErrorException.Invalid("truncate_prompt_tokens", "invalid_value",
                "Invalid 'truncate_prompt_tokens': expected -1, for as many tokens as the model takes, or a positive number."),
            long length => (int)length,
        };
}
