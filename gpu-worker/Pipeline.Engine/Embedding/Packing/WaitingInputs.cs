namespace Pipeline.Engine.Embedding.Packing;

/// <summary>
/// The inputs that no step has computed yet, and which of them go next: the oldest, and with it those of the nearest lengths.
/// So none is passed by for ever, and what is computed together attends in few groups. Not thread-safe.
/// </summary>
/// <param name="longest">Tokens of the longest input there may be.</param>
internal sealed class WaitingInputs(int longest)
{
    private readonly LinkedList<EmbeddingInput> _byAge = [];
    private readonly LinkedList<EmbeddingInput>?[] _byLength = new LinkedList<EmbeddingInput>?[longest + 1];

    /// <summary>How many wait.</summary>
    public int Count => _byAge.Count;

    /// <summary>Adds an input as the youngest.</summary>
    public void Add(EmbeddingInput input)
    {
        _byAge.AddLast(input.ByAge);
        (_byLength[input.Tokens.Length] ??= []).AddLast(input.ByLength);
    }

    /// <summary>Takes an input out, if it waits.</summary>
    public void Remove(EmbeddingInput input)
    {
        if (input.ByAge.List is not null)
        {
            _byAge.Remove(input.ByAge);
            input.ByLength.List!.Remove(input.ByLength);
        }
    }

    /// <summary>Takes out what a step is to compute; nothing if none waits.</summary>
    /// <param name="budget">Tokens that the step may have; the oldest input goes even if it alone has more.</param>
    public List<EmbeddingInput> Take(int budget)
    {
        List<EmbeddingInput> taken = [];
        if (_byAge.First is not { Value: EmbeddingInput oldest })
        {
            return taken;
        }

        int length = oldest.Tokens.Length, room = budget - length;
        taken.Add(oldest);
        Remove(oldest);
        for (int apart = 0; room > 0 && Count > 0 && (apart <= longest - length || apart < length); apart++)
        {
            TakeOf(length + apart, ref room, taken);
            if (apart > 0)
            {
                TakeOf(length - apart, ref room, taken);
            }
        }

        return taken;
    }

    private void TakeOf(int length, ref int room, List<EmbeddingInput> taken)
    {
        LinkedList<EmbeddingInput>? line = length >= 1 && length <= longest ? _byLength[length] : null;
        while (length <= room && line?.First is { Value: EmbeddingInput next })
        {
            taken.Add(next);
            Remove(next);
            room -= length;
        }
    }
}
