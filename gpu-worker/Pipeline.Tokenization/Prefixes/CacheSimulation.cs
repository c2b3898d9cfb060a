using System.Runtime.InteropServices;

namespace Pipeline.Tokenization.Prefixes;

/// <summary>
/// A prefix cache of a given size by the books alone: prompts run in the order given, so many side by side, hold their blocks
/// while they run, and leave what they computed to be found until it is the longest unused and its place is needed.
/// </summary>
public sealed class CacheSimulation
{
    private readonly int _cacheBlocks;
    private readonly int _blockSize;
    private readonly Dictionary<(int Parent, uint Block), int> _ids = [];
    private readonly List<Entry> _entries = [];
    private readonly LinkedList<int> _unused = new();
    private readonly Queue<Running> _running = new();
    private int _held;

    private CacheSimulation(int cacheBlocks, int blockSize)
    {
        _cacheBlocks = cacheBlocks;
        _blockSize = blockSize;
    }

    private int Available => _cacheBlocks - _held;

    /// <summary>Runs prompts through a cache.</summary>
    /// <param name="prompts">The prompts, in the order in which they run.</param>
    /// <param name="cacheBlocks">Blocks of the cache.</param>
    /// <param name="running">Prompts that run side by side, where the cache has room for them.</param>
    /// <param name="outputTokens">Tokens generated for each.</param>
    /// <param name="blockSize">Tokens in a block, as the outlines were made.</param>
    public static CachePrediction Run(
        IEnumerable<PromptOutline> prompts, int cacheBlocks, int running, int outputTokens, int blockSize = PromptOutline.DefaultBlockSize)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cacheBlocks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(running);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        var simulation = new CacheSimulation(cacheBlocks, blockSize);
        long tokens = 0, cached = 0;
        foreach (PromptOutline prompt in prompts)
        {
            tokens += prompt.Tokens;
            cached += simulation.Admit(prompt, running, outputTokens);
        }

        return new CachePrediction(tokens, cached);
    }

    private long Admit(PromptOutline prompt, int running, int outputTokens)
    {
        int[] path = Path(prompt);
        int shared = 0;
        for (int most = (prompt.Tokens - 1) / _blockSize; shared < Math.Min(most, path.Length) && Of(path[shared]).Cached; shared++)
        {
            Hold(path[shared]);
        }

        int own = (prompt.Tokens + outputTokens + _blockSize - 1) / _blockSize - shared;
        while (_running.Count >= running || (_running.Count > 0 && Available < own))
        {
            Release(_running.Dequeue());
        }

        // What is held is not there to be found; all else is, but for what must make room.
        while (_unused.Count > 0 && Available - _unused.Count < own)
        {
            Of(_unused.First!.Value).Forget();
            _unused.RemoveFirst();
        }

        int known = shared;
        for (; known < path.Length && !Of(path[known]).Cached; known++)
        {
            Hold(path[known]);
        }

        int nameless = own - (known - shared);
        _held += nameless;
        _running.Enqueue(new Running(path, known, nameless));
        return (long)shared * _blockSize;
    }

    private void Release(Running done)
    {
        _held -= done.Nameless;
        // The last block first: of a beginning the end is to be forgotten first.
        for (int i = done.Known - 1; i >= 0; i--)
        {
            ref Entry entry = ref Of(done.Path[i]);
            if (--entry.Holders == 0)
            {
                _held--;
                entry.Place = _unused.AddLast(done.Path[i]);
            }
        }
    }

    private void Hold(int id)
    {
        ref Entry entry = ref Of(id);
        if (entry.Holders++ == 0)
        {
            _held++;
            if (entry.Place is { } place)
            {
                _unused.Remove(place);
                entry.Place = null;
            }
        }
    }

    private int[] Path(PromptOutline prompt)
    {
        int[] path = new int[prompt.Blocks.Length];
        int parent = -1;
        for (int i = 0; i < path.Length; i++)
        {
            ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, (parent, prompt.Blocks[i]), out bool exists);
            if (!exists)
            {
                id = _entries.Count;
                _entries.Add(default);
            }

            path[i] = parent = id;
        }

        return path;
    }

    private ref Entry Of(int id) => ref CollectionsMarshal.AsSpan(_entries)[id];

    /// <summary>A block that some prompt has: how many hold it, and if none, where it stands among the unused.</summary>
    private struct Entry
    {
        public int Holders;
        public LinkedListNode<int>? Place;

        public readonly bool Cached => Holders > 0 || Place is not null;

        public void Forget() => Place = null;
    }

    /// <summary>A prompt that runs.</summary>
    /// <param name="Path">Its full blocks.</param>
    /// <param name="Known">How many of them others find through it.</param>
    /// <param name="Nameless">Its other blocks.</param>
    private readonly record struct Running(int[] Path, int Known, int Nameless);
}
