using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Kernels.Cpu.Rows;

/// <summary>Work that is the same for each row and done row by row.</summary>
internal abstract class RowWork : ITeamWork
{
    // What a thread gets through in some ten microseconds. Below two of them waking another does not pay.
    private const long PartBytes = 128 << 10;

    private int _rows, _rowsPerPart;

    /// <summary>Does all rows.</summary>
    /// <param name="team">Who does it.</param>
    /// <param name="rows">How many.</param>
    /// <param name="bytes">What a row reads and writes.</param>
    protected void Run(ThreadTeam team, int rows, long bytes)
    {
        if (rows == 0)
        {
            // A step that samples nothing still normalises what it samples.
            return;
        }

        int parts = (int)Math.Clamp(rows * bytes / PartBytes, 1, Math.Min(rows, 4 * team.Threads));
        _rows = rows;
        _rowsPerPart = (rows + parts - 1) / parts;
        team.Run(this, (rows + _rowsPerPart - 1) / _rowsPerPart);
    }

    /// <inheritdoc/>
    public void Do(int part, int thread) =>
        DoRows(part * _rowsPerPart, Math.Min(_rows, (part + 1) * _rowsPerPart));

    /// <summary>Does rows from one to before another.</summary>
    protected abstract void DoRows(int first, int end);
}
