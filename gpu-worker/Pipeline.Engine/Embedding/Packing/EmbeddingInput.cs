namespace Pipeline.Engine.Embedding.Packing;

/// <summary>One text of a request that is in the engine, as tokens.</summary>
internal sealed class EmbeddingInput
{
    /// <summary>Makes an input.</summary>
    /// <param name="owner">The request that it belongs to.</param>
    /// <param name="index">Its place among the request's inputs.</param>
    /// <param name="tokens">Its tokens.</param>
    public EmbeddingInput(ActiveEmbedding owner, int index, int[] tokens)
    {
        Owner = owner;
        Index = index;
        Tokens = tokens;
        ByAge = new(this);
        ByLength = new(this);
    }

    /// <summary>The request that it belongs to.</summary>
    public ActiveEmbedding Owner { get; }

    /// <summary>Its place among the request's inputs.</summary>
    public int Index { get; }

    /// <summary>Its tokens.</summary>
    public int[] Tokens { get; }

    /// <summary>Its place among all that wait.</summary>
    public LinkedListNode<EmbeddingInput> ByAge { get; }

    /// <summary>Its place among those of its length that wait.</summary>
    public LinkedListNode<EmbeddingInput> ByLength { get; }
}
