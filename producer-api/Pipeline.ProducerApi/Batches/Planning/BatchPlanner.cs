using System.Threading.Channels;
using Pipeline.Data.Batches;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>
/// Makes the plan of a batch while its lines come: turns them into tokens, in groups, over the cores, and keeps a hash a
/// block. Memory stays at a group a core and the hashes. Not for concurrent use.
/// </summary>
internal sealed class BatchPlanner
{
    private const int MostCores = 8;

    private readonly ModelReader _reader;
    private readonly Channel<PromptGroup> _free;
    private readonly List<Task<PromptReading[]>> _readings = [];
    private PromptGroup _filling = new();

    public BatchPlanner(ModelReader reader)
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
    public async Task<BatchPlan> CompleteAsync(CancellationToken cancellationToken)
    {
        Begin(_filling);
        PromptReading[][] readings = await Task.WhenAll(_readings).WaitAsync(cancellationToken);
        return BatchPlan.Of([.. readings.SelectMany(group => group)]);
    }

    private void Begin(PromptGroup group) => _readings.Add(Task.Run(() =>
    {
        try
        {
            return group.Read(_reader);
        }
        finally
        {
            group.Clear();
            _free.Writer.TryWrite(group);
        }
    }));
}
