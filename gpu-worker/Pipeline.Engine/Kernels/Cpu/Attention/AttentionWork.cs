using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// Attention over block tables, a part for each piece of a plan. What it works on is set before it is given to a team;
/// what it keeps is each thread's scratch memory and the results of spans.
/// </summary>
internal abstract unsafe class AttentionWork : ITeamWork, IDisposable
{
    /// <summary>Sets up for a model.</summary>
    /// <param name="shape">The model's attention.</param>
    /// <param name="windows">How far layers see: the different windows, <see cref="int.MaxValue"/> for none.</param>
    /// <param name="threads">Who will do the work.</param>
    /// <param name="panel">Keys in a panel of <see cref="AttentionScratch.Keys"/>.</param>
    protected AttentionWork(AttentionShape shape, IEnumerable<int> windows, int threads, int panel)
    {
        Plans = windows.ToDictionary(window => window, window => new AttentionPlan(shape, window));
        Plan = Plans.Values.First();
        Shape = shape;
        Scratch = [.. Enumerable.Range(0, threads).Select(_ => new AttentionScratch(shape, panel))];
    }

    /// <summary>The step's pieces, by how far a layer sees.</summary>
    public IReadOnlyDictionary<int, AttentionPlan> Plans { get; }

    /// <summary>The pieces of the layer in hand.</summary>
    public AttentionPlan Plan { get; set; }

    /// <summary>The step's block numbers.</summary>
    public int[] Blocks { get; set; } = [];

    /// <summary>[rows, query, key and value heads, head size]: the queries are read.</summary>
    public void* Projected { get; set; }

    /// <summary>The layer's cache, slot by slot.</summary>
    public void* Slots { get; set; }

    /// <summary>[rows, heads * head size]: written.</summary>
    public void* Result { get; set; }

    /// <summary>The model's attention.</summary>
    protected AttentionShape Shape { get; }

    /// <summary>Each thread's memory.</summary>
    protected AttentionScratch[] Scratch { get; }

    /// <summary>Results of spans, until they are merged.</summary>
    protected Scratch Partial { get; } = new();

    /// <summary>Floats of a row of <see cref="Partial"/>: the sum, then the exponent it was scaled by and the weights' sum.</summary>
    protected int PartialWidth => Shape.HeadSize + 2;

    /// <summary>Computes a layer's attention of the planned step.</summary>
    public void Run(ThreadTeam team)
    {
        Plan.Start();
        Partial.Reserve((long)Plan.PartialRows * PartialWidth * sizeof(float));
        team.Run(this, Plan.Pieces);
    }

    /// <inheritdoc/>
    public abstract void Do(int part, int thread);

    /// <inheritdoc/>
    public void Dispose()
    {
        Partial.Dispose();
        foreach (AttentionScratch scratch in Scratch)
        {
            scratch.Dispose();
        }
    }
}
