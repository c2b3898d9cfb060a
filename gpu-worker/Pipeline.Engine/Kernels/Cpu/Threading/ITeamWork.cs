namespace Pipeline.Engine.Kernels.Cpu.Threading;

/// <summary>Work in parts that a <see cref="ThreadTeam"/> does side by side, in no particular order.</summary>
internal interface ITeamWork
{
    /// <summary>Does one part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="thread">Which of the team's threads does it: what it writes meanwhile under that number is its own.</param>
    void Do(int part, int thread);
}
