namespace Pipeline.ProducerApi.Batches;

/// <summary>The API paths that a batch may name.</summary>
internal static class Endpoints
{
    public const string ChatCompletions = "/v1/chat/completions";

    public const string Completions = "/v1/completions";

    public const string Responses = "/v1/responses";

    public const string Embeddings = "/v1/embeddings";

    /// <summary>What OpenAI takes, and so what a create takes.</summary>
    public static readonly string[] Known =
    [
        Responses, ChatCompletions, Embeddings, Completions, "/v1/moderations",
        "/v1/images/generations", "/v1/images/edits", "/v1/videos",
    ];

    /// <summary>What the engine answers. A batch for another path fails its validation, before any of its lines is queued.</summary>
    public static readonly string[] Served = [ChatCompletions, Completions, Responses, Embeddings];
}
