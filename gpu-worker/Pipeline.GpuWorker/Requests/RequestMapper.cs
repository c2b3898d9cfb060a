using System.Collections.ObjectModel;
using System.Text;
using Pipeline.Engine;
using Pipeline.Engine.Grammar;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>Turns the body of an OpenAI request into a request for the engine. Thread-safe.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template, or null where it has none: then chat requests are refused.</param>
/// <param name="model">The name that requests have to ask for.</param>
/// <param name="contextLength">Tokens that prompt and completion may have together.</param>
/// <param name="time">The clock of the answers.</param>
/// <param name="toolCallFormat">The name of the format in which the model writes calls; null for what its template tells.</param>
/// <param name="constraints">Makes constraints of the forms that requests ask for; null where there are none: then such requests are refused.</param>
/// <param name="maxCompletionTokens">The most tokens for a chat completion that names no limit; null for all that there is room for.</param>
internal sealed class RequestMapper(
    Tokenizer tokenizer, ChatTemplate? template, string model, int contextLength, TimeProvider time, int? maxCompletionTokens = null,
    string? toolCallFormat = null, OutputConstraints? constraints = null)
{
    private readonly RequestReader _reader = new(tokenizer, template, model, contextLength);
    private readonly ContextLimit _limit = new(contextLength);
    private readonly OutputReader _output = new(tokenizer, template, toolCallFormat);

    /// <param name="requestId">Names the request in the engine, and in the answer's id.</param>
    /// <param name="url">The endpoint.</param>
    /// <param name="body">The request's body as JSON text.</param>
    /// <param name="cacheSalt">Only requests of the same salt share cached prefixes.</param>
    /// <exception cref="RequestErrorException">The request is to be answered with this error.</exception>
    public MappedRequest Map(string requestId, string url, string body, string cacheSalt)
    {
        ModelRequest request = _reader.Read(url, Encoding.UTF8.GetBytes(body));
        _limit.Check(request);
        OutputConstraint? constraint = Constrain(request.Output, out double seconds);
        GenerationRequest[] generations =
            [.. request.Prompts.Select((prompt, i) => Generate(request, i == 0 ? requestId : $"{requestId}/{i}", prompt, cacheSalt) with { Constraint = constraint })];
        return new MappedRequest(requestId, generations, model, time.GetUtcNow().ToUnixTimeSeconds(), request.Form, _output)
        {
            CompileSeconds = seconds,
            TruncatedTokens = request.TruncatedTokens,
        };
    }

    private OutputConstraint? Constrain(StructuredOutput? output, out double seconds)
    {
        seconds = 0;
        try
        {
            return output is null ? null : (constraints ?? throw new GrammarException("", "This backend cannot constrain outputs.")).Get(output, out seconds);
        }
        catch (GrammarException e)
        {
            throw output!.Refuse(e.Path, e.Message);
        }
    }

    private GenerationRequest Generate(ModelRequest request, string id, int[] prompt, string cacheSalt)
    {
        long room = contextLength - prompt.Length;
        return new GenerationRequest
        {
            Id = id,
            Prompt = prompt,
            MaxTokens = (int)(request.MaxTokens ?? Math.Min(room, maxCompletionTokens ?? room)),
            Sampling = new SamplingParameters { Temperature = request.Common.Temperature, TopP = request.Common.TopP, Seed = request.Common.Seed },
            Stop = request.Common.Stop,
            CacheSalt = cacheSalt,
            IgnoreEndTokens = request.Common.IgnoreEndTokens,
            Speculation = request.Common.Speculation is { } mode ? Enum.Parse<SpeculationMode>(mode, ignoreCase: true) : null,
            ShownTokens = request.Form is CompletionForm ? ReadOnlySet<int>.Empty : _output.MarkTokens,
        };
    }
}
