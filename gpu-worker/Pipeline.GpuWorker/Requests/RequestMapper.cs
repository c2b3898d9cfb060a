using System.Text;
using Pipeline.Engine;
using Pipeline.Engine.Grammar;
using Pipeline.GpuWorker.Answers;
using Pipeline.GpuWorker.Answers.Reading;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>Turns the body of an OpenAI request into a request for the engine. Thread-safe.</summary>
internal sealed class RequestMapper
{
    private readonly string _model;
    private readonly TimeProvider _time;
    private readonly RequestReader _reader;
    private readonly ContextLimit _limit;
    private readonly GenerationMaker _generations;
    private readonly ChoiceMaker _choices;
    private readonly OutputConstraints? _constraints;
    private readonly (string Begin, string End)? _callMarks;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template, or null where it has none: then chat requests are refused.</param>
    /// <param name="model">The name that requests have to ask for.</param>
    /// <param name="contextLength">Tokens that prompt and completion may have together.</param>
    /// <param name="time">The clock of the answers.</param>
    /// <param name="toolCallFormat">The name of the format in which the model writes calls; null for what its template tells.</param>
    /// <param name="constraints">Makes constraints of the forms that requests ask for; null where there are none: then such requests are refused.</param>
    /// <param name="maxCompletionTokens">The most tokens for a chat completion that names no limit; null for all that there is room for.</param>
    public RequestMapper(
        Tokenizer tokenizer, ChatTemplate? template, string model, int contextLength, TimeProvider time, int? maxCompletionTokens = null,
        string? toolCallFormat = null, OutputConstraints? constraints = null)
    {
        OutputReader output = new(tokenizer, template, toolCallFormat);
        _model = model;
        _time = time;
        _reader = new RequestReader(tokenizer, template, model, contextLength);
        _limit = new ContextLimit(contextLength);
        _generations = new GenerationMaker(output, contextLength, maxCompletionTokens);
        _choices = new ChoiceMaker(tokenizer, output);
        _constraints = constraints;
        _callMarks = output.CallMarks;
    }

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
        GenerationRequest[] generations = [.. _generations.Make(request, requestId, cacheSalt).Select(one => one with { Constraint = constraint })];
        return new MappedRequest(requestId, generations, _model, _time.GetUtcNow().ToUnixTimeSeconds(), request, _choices) { CompileSeconds = seconds };
    }

    /// <summary>Gives calls that may be made the marks of the model's family.</summary>
    private StructuredOutput Marked(StructuredOutput output) => output.Calls is not { } calls ? output
        : _callMarks is { } marks ? output with { Calls = calls with { Begin = marks.Begin, End = marks.End } }
        : throw output.Unsupported(
            "is not supported with this model while 'tool_choice' is 'auto': the form of its calls cannot be seen to. Use 'required' or name the function.");

    private OutputConstraint? Constrain(StructuredOutput? output, out double seconds)
    {
        seconds = 0;
        try
        {
            return output is null ? null : (_constraints ?? throw new GrammarException("", "This backend cannot constrain outputs.")).Get(Marked(output), out seconds);
        }
        catch (GrammarException e)
        {
            throw output!.Refuse(e.Path, e.Message);
        }
    }
}
