using Pipeline.Engine.Embedding.Packing;

namespace Pipeline.Engine.Embedding;

/// <summary>A request while it is in the engine: its inputs, the vectors so far, and its times.</summary>
internal sealed class ActiveEmbedding
{
    private readonly long _added;
    private readonly float[]?[] _vectors;
    private int _missing;
    private long? _started;
    private double _deviceSeconds;

    /// <summary>Takes a request in at a time.</summary>
    public ActiveEmbedding(EmbeddingRequest request, long added)
    {
        Request = request;
        _added = added;
        Inputs = [.. request.Inputs.Select((tokens, i) => new EmbeddingInput(this, i, tokens))];
        _vectors = new float[Inputs.Count][];
        _missing = Inputs.Count;
    }

    /// <summary>The request.</summary>
    public EmbeddingRequest Request { get; }

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<EmbeddingInput> Inputs { get; }

    /// <summary>Why it failed, or null.</summary>
    public EmbeddingFailedException? Failure { get; private set; }

    /// <summary>Whether it was given up.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Whether nothing more is to be computed for it.</summary>
    public bool IsOver => _missing == 0 || Failure is not null || IsCancelled;

    /// <summary>Adds the share of an input in a step that began at <paramref name="start"/>.</summary>
    public void Charge(double seconds, long start)
    {
        _started ??= start;
        _deviceSeconds += seconds;
    }

    /// <summary>Takes an input's vector.</summary>
    public void Receive(int index, float[] vector)
    {
        _vectors[index] = vector;
        _missing--;
    }

    /// <summary>Ends it: something is wrong with it alone.</summary>
    public void Fail(string message) => Failure = new EmbeddingFailedException($"{Request.Id}: {message}");

    /// <summary>Ends it: nobody wants it any more.</summary>
    public void Cancel() => IsCancelled = true;

    /// <summary>What came of it, and what it took.</summary>
    public EmbeddingResult ToResult(TimeProvider time, long now) => new()
    {
        Vectors = _missing == 0 ? [.. _vectors.OfType<float[]>()] : [],
        IsCancelled = IsCancelled,
        PromptTokens = Inputs.Sum(input => input.Tokens.Length),
        QueueSeconds = time.GetElapsedTime(_added, _started ?? now).TotalSeconds,
        DeviceSeconds = _deviceSeconds,
    };
}
