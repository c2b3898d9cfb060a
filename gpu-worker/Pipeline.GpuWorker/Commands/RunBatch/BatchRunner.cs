using System.Threading.Channels;
using Pipeline.Engine;
using Pipeline.GpuWorker.Backends;

namespace Pipeline.GpuWorker.Commands.RunBatch;

/// <summary>Runs the lines of a batch file through a model, and writes the answers in the lines' order.</summary>
/// <param name="run">The model; it answers, or fails altogether.</param>
/// <param name="model">The name that requests ask for.</param>
/// <param name="window">Lines in work at a time: more than the model runs, so that it never waits for lines.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchRunner(Func<BackendJob, CancellationToken, Task<BackendAnswer>> run, string model, int window, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _customIds = new(StringComparer.Ordinal);

    public BatchTotals Totals { get; } = new();

    /// <exception cref="EngineFailedException">The engine failed; what had been answered by then is in the output.</exception>
    public async Task RunAsync(TextReader input, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answers = Channel.CreateBounded<Task<OutputLine>>(window);
        Task reading = ReadAsync(input, answers.Writer, stop.Token);
        try
        {
            await WriteAsync(answers.Reader, output, progress, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await output.FlushAsync(CancellationToken.None);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await reading;
    }

    private async Task ReadAsync(TextReader input, ChannelWriter<Task<OutputLine>> answers, CancellationToken cancellationToken)
    {
        Exception? fault = null;
        try
        {
            int number = 0;
            while (await input.ReadLineAsync(cancellationToken) is { } text)
            {
                number++;
                text = number == 1 ? text.TrimStart('\uFEFF') : text;
                if (!string.IsNullOrWhiteSpace(text))
                {
                    await answers.WriteAsync(AnswerAsync(text, number, cancellationToken), cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            fault = e;
        }
        finally
        {
            answers.TryComplete(fault);
        }
    }

    private async Task WriteAsync(
        ChannelReader<Task<OutputLine>> answers, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        long told = start;
        await foreach (Task<OutputLine> answer in answers.ReadAllAsync(cancellationToken))
        {
            OutputLine line = await answer;
            await output.WriteLineAsync(line.ToJson());
            Totals.AddLine(line.IsError);
            if (time.GetElapsedTime(told) >= ProgressInterval)
            {
                told = time.GetTimestamp();
                await progress.WriteLineAsync(Totals.Progress(time.GetElapsedTime(start)));
            }
        }
    }

    private async Task<OutputLine> AnswerAsync(string text, int number, CancellationToken cancellationToken)
    {
        BatchLine line;
        try
        {
            line = BatchLine.Parse(text, number);
            if (!_customIds.Add(line.CustomId))
            {
                throw new BatchLineException("duplicate_custom_id", line.CustomId,
                    $"Line {number}: The custom_id '{line.CustomId}' has been used by a line before.");
            }
        }
        catch (BatchLineException e)
        {
            return OutputLine.Error(e);
        }
        BackendAnswer answer = await run(new BackendJob($"line-{number}", Guid.Empty, model, line.Url, line.Body), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Totals.Add(answer);
        return OutputLine.Answer(line.CustomId, answer.StatusCode, answer.Body ?? throw new OperationCanceledException($"Line {number} was given up."));
    }
}
