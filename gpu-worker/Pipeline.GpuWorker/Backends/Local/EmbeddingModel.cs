using System.Text;
using Pipeline.Data.Results;
using Pipeline.Engine;
using Pipeline.Engine.Embedding;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Requests;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;
using EmbeddingRequest = Pipeline.Engine.Embedding.EmbeddingRequest;

namespace Pipeline.GpuWorker.Backends.Local;

/// <summary>A model that embeds.</summary>
internal sealed class EmbeddingModel : ILocalModel
{
    private readonly EmbeddingLoop _loop;
    private readonly EmbeddingReader _reader;
    private readonly string _name;

    private EmbeddingModel(EmbeddingLoop loop, Tokenizer tokenizer, string name)
    {
        _loop = loop;
        _reader = new EmbeddingReader(tokenizer, name, loop.Config.MaxTokens);
        _name = name;
    }

    public int MaxRunning => _loop.MaxRunning;

    public int Running => _loop.Statistics.Running;

    public double BusySeconds => _loop.Statistics.BusySeconds;

    public string ComputesWith => $"{_loop.Config.Pooling} pooling to {_loop.Config.Width} values";

    public string? Warning => _loop.Config.Assumption;

    public Task Completion => _loop.Completion;

    /// <inheritdoc cref="LocalModels.Load"/>
    public static EmbeddingModel Load(LocalModelSetting setting, TimeProvider time)
    {
        Tokenizer tokenizer = Tokenizer.Load(setting.Engine.ModelDirectory);
        return new EmbeddingModel(new EmbeddingLoop(EmbeddingEngine.Load(setting.Engine, time)), tokenizer, setting.Name);
    }

    public async Task<BackendAnswer> RunAsync(BackendJob job, CancellationToken cancellationToken)
    {
        try
        {
            EmbeddingInputs inputs = _reader.Read(job.Url, Encoding.UTF8.GetBytes(job.Body));
            EmbeddingRequest request = new() { Id = job.Id, Inputs = inputs.Inputs, Dimensions = inputs.Dimensions };
            EmbeddingResult result = await _loop.EmbedAsync(request, cancellationToken);
            return result.IsCancelled
                ? BackendAnswer.Dropped(Tokens(result), Seconds(result))
                : new BackendAnswer(200, EmbeddingListWriter.Write(_name, result.Vectors, result.PromptTokens, inputs.Encoding), Tokens(result), Seconds(result));
        }
        catch (RequestErrorException error)
        {
            return BackendAnswer.Refusal(error);
        }
        catch (RequestRejectedException rejection)
        {
            return BackendAnswer.Refusal(rejection.ToError());
        }
        catch (EmbeddingFailedException failure)
        {
            BackendAnswer answer = BackendAnswer.Refusal(RequestErrorException.Server(failure.Message));
            return failure.Result is { } spent ? answer with { Tokens = Tokens(spent), Seconds = Seconds(spent) } : answer;
        }
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static AttemptTokens Tokens(EmbeddingResult result) => new(result.PromptTokens, 0, 0, 0);

    /// <summary>Reading is all that there is: nothing is generated.</summary>
    private static AttemptSeconds Seconds(EmbeddingResult result) => new(result.QueueSeconds, result.DeviceSeconds, 0, result.DeviceSeconds);
}
