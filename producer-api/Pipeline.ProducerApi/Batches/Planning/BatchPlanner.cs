using System.Threading.Channels;
using Pipeline.Data.Batches;
using Pipeline.Tokenization.Prefixes;
using Pipeline.Tokenization.Requests;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>
/// Makes the prefix plan of a batch while its lines come: turns them into tokens, in groups, over the cores, and keeps a hash
/// a block. Memory stays at a group a core and the hashes. Not for concurrent use.
/// </summary>
internal sealed class BatchPlanner
{
    private const int MostCores = 8;

    private readonly RequestReader _reader;
    private readonly Channel<PromptGroup> _free;
    private readonly List<Task<PromptOutline?[]>> _outlines = [];
    private PromptGroup _filling = new();

    public BatchPlanner(RequestReader reader)
    {
        _reader = reader;
        _free = Channel.CreateUnbounded<PromptGroup>();
        for (int i = 0; i < Math.Min(Environment.ProcessorCount, MostCores); i++)
        {
            _free.Writer.TryWrite(new PromptGroup());
        }
    }

    /// <summary>Adds the next job, whose body is copied.</summary>
    public async ValueTask AddAsync(NewJob job, CancellationToken cancellationToken)
    {
        _filling.Add(job);
        if (_filling.IsFull)
        {
            Begin(_filling);
            _filling = await _free.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>The plan for all jobs added, by the order in which they were.</summary>
    public async Task<PrefixPlan> CompleteAsync(CancellationToken cancellationToken)
    {
        Begin(_filling);
        PromptOutline?[][] outlines = await Task.WhenAll(_outlines).WaitAsync(cancellationToken);
        return PrefixPlan.Make([.. outlines.SelectMany(group => group)]);
    }

    private void Begin(PromptGroup group) => _outlines.Add(Task.Run(() =>
    {
        try
        {
            return group.Outline(_reader);
        }
        finally
        {
            group.Clear();
            _free.Writer.TryWrite(group);
        }
    }));
}
