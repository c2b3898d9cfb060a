namespace Pipeline.Cli.Output;

/// <summary>Writes result lines as they are, or as one table when all are there. The target is opened with the first line.</summary>
/// <param name="open">Opens the target.</param>
/// <param name="owned">Whether it is to be closed.</param>
/// <param name="asTable">Whether to write a table.</param>
internal sealed class ResultWriter(Func<TextWriter> open, bool owned, bool asTable) : IAsyncDisposable
{
    private readonly ResultTable _table = new();
    private TextWriter? _target;

    /// <summary>Adds a line; it is there for who reads at once.</summary>
    public async Task AddAsync(string line)
    {
        _target ??= open();
        if (asTable)
        {
            _table.Add(line);
            return;
        }

        await _target.WriteAsync($"{line}\n");
        await _target.FlushAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_target is null)
        {
            return;
        }

        if (asTable)
        {
            _table.Write(_target);
        }

        if (owned)
        {
            await _target.DisposeAsync();
        }
    }
}
