using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Data.Results;
using Pipeline.Engine;
using Pipeline.GpuWorker.Answers;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Backends;

/// <summary>
/// A backend without a model: answers a chat or a response with the last user message, a completion with its prompts, an
/// embedding with vectors of 8 values that only tell texts apart (<see cref="EchoVector"/>). For load
/// and failure tests of all that lies around the engine. A token is a word: a run of characters between white space; a
/// prompt's tokens are those of all its messages, and an answer ends at the most that the request allows. A job takes the configured delay, which counts as device time, half of it as
/// prefill.
/// </summary>
internal sealed class EchoBackend : IBackend
{
    private const int DefaultRunning = 256;

    private static readonly OutputRules NoRules = new(null, ReasoningStart.Free);

    private readonly EchoOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _busyTicks;
    private int _running;

    public EchoBackend(IOptions<WorkerOptions> options, TimeProvider time)
    {
        _options = options.Value.Echo;
        MaxRunning = options.Value.MaxRunning ?? DefaultRunning;
        _slots = new SemaphoreSlim(MaxRunning);
        _time = time;
    }

    public string Device => "echo";

    public int MaxRunning { get; }

    public int Running => Volatile.Read(ref _running);

    public double BusySeconds => TimeSpan.FromTicks(Interlocked.Read(ref _busyTicks)).TotalSeconds;

    public Task Completion => _completion.Task;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        long queued = _time.GetTimestamp();
        try
        {
            await _slots.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return BackendAnswer.Dropped(default, new AttemptSeconds(_time.GetElapsedTime(queued).TotalSeconds, 0, 0, 0));
        }

        double waited = _time.GetElapsedTime(queued).TotalSeconds;
        long started = _time.GetTimestamp();
        Interlocked.Increment(ref _running);
        try
        {
            EchoRequest request = EchoRequest.Parse(job.Url, job.Body);
            if (_options.CrashOn is { Length: > 0 } text && request.Texts.Any(said => said.Contains(text, StringComparison.Ordinal)))
            {
                Environment.FailFast($"Pipeline:Worker:Echo:CrashOn is set, and job {job.Id} contains '{text}'.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_options.DelayMilliseconds), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            AttemptSeconds seconds = Charge(waited, started);
            if (cancellationToken.IsCancellationRequested)
            {
                return BackendAnswer.Dropped(new AttemptTokens(request.PromptTokens, 0, 0, 0), seconds);
            }

            if (job.Url == EmbeddingReader.Embeddings)
            {
                string list = EmbeddingListWriter.Write(job.Model, [.. request.Texts.Select(EchoVector.Of)], request.PromptTokens, request.Encoding);
                return new BackendAnswer(200, list, new AttemptTokens(request.PromptTokens, 0, 0, 0), seconds);
            }

            Answer answer = Say(job, request);
            return new BackendAnswer(200, answer.Write(Form(job.Url)), new AttemptTokens(answer.Usage.Prompt, 0, answer.Usage.Completion, 0), seconds)
            {
                TimeToFirstToken = seconds.Device,
            };
        }
        catch (JsonException e)
        {
            return new BackendAnswer(400, RequestErrorException.Invalid(null, "invalid_json", $"The body is no request for {job.Url}: {e.Message}").ToBody(), default, Charge(waited, started));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            _slots.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _completion.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private AttemptSeconds Charge(double waited, long started)
    {
        TimeSpan spent = _time.GetElapsedTime(started);
        Interlocked.Add(ref _busyTicks, spent.Ticks);
        return new AttemptSeconds(waited, spent.TotalSeconds / 2, spent.TotalSeconds / 2, spent.TotalSeconds);
    }

    private Answer Say(BackendJob job, EchoRequest request)
    {
        Choice[] choices = [.. request.Texts.Select(text =>
        {
            string said = request.MaxTokens is { } most ? EchoRequest.Cut(text, most) : text;
            return new Choice(OutputMessage.Of(said), said.Length < text.Length ? FinishReason.Length : FinishReason.Stop, null);
        })];
        int tokens = choices.Sum(choice => EchoRequest.CountTokens(choice.Message.Content ?? ""));
        return new(job.Id, job.Model, _time.GetUtcNow().ToUnixTimeSeconds(), choices, new Usage(request.PromptTokens, 0, tokens, 0));
    }

    private static AnswerForm Form(string url) => url switch
    {
        RequestReader.Completions => new CompletionForm(Echo: false),
        RequestReader.Responses => new ResponseForm(new ResponseSettings { Temperature = 1, TopP = 1 }, NoRules),
        _ => new ChatForm(NoRules),
    };
}
