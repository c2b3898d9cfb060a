using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// Attention over block tables, a part for each piece of a plan. What it works on is set before it is given to a team;
/// what it keeps is each thread's scratch memory and the results of spans.
/// </summary>
internal abstract unsafe class AttentionWork : ITeamWork, IDisposable
{
    /// <summary>Sets up for a model.</summary>
    protected AttentionWork(AttentionPlan plan, int threads, int panel)
    {
        Plan = plan;
        Scratch = [.. Enumerable.Range(0, threads).Select(_ => new AttentionScratch(plan.Shape, panel))];
    }

    /// <summary>The step's pieces.</summary>
    public AttentionPlan Plan { get; }

    /// <summary>The step's block numbers.</summary>
    public int[] Blocks { get; set; } = [];

    /// <summary>[rows, query, key and value heads, head size]: the queries are read.</summary>
    public void* Projected { get; set; }

    /// <summary>The layer's cache, slot by slot.</summary>
    public void* Slots { get; set; }

    /// <summary>[rows, heads * head size]: written.</summary>
    public void* Result { get; set; }

    /// <summary>Each thread's memory.</summary>
    protected AttentionScratch[] Scratch { get; }

    /// <summary>Results of spans, until they are merged.</summary>
    protected Scratch Partial { get; } = new();

    /// <summary>Floats of a row of <see cref="Partial"/>: the sum, then the exponent it was scaled by and the weights' sum.</summary>
    protected int PartialWidth => Plan.Shape.HeadSize + 2;

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
