using Pipeline.Documents;
using Pipeline.Documents.Splitting;
using Pipeline.ProducerApi.Batches;
using Pipeline.ProducerApi.Batches.Planning;

namespace Pipeline.ProducerApi.Documents.Reading;

/// <summary>
/// Divides a document over requests: one where it fits the model's context beside the instruction and the answer, else one for
/// each part that does. Counted by the model's own tokenizer, on the requests as they will be sent. Where the model's tokenizer is
/// not known, every document is taken to fit, and the worker says which did not.
/// </summary>
internal sealed class PartPlanner
{
    /// <summary>Parts shorter than this many tokens would be mostly instruction.</summary>
    private const int ShortestPart = 16;

    /// <summary>Tokens around an answer in a merge, and as many where pieces of text are joined.</summary>
    private const int Slack = 16;

    /// <summary>Characters of a token, beyond any average: a longer text need not be counted to be too long.</summary>
    private const int LongestToken = 64;

    private readonly DocumentRequests _requests;
    private readonly ModelReader? _reader;
    private readonly int _context;
    private readonly int _room;
    private readonly bool _canMerge;

    /// <param name="requests">Writes the requests.</param>
    /// <param name="reader">Counts their tokens; <see langword="null"/> where the model is not at hand.</param>
    /// <param name="maxTokens">Longest answer.</param>
    public PartPlanner(DocumentRequests requests, ModelReader? reader, int maxTokens)
    {
        (_requests, _reader) = (requests, reader);
        if (reader?.Limit is { } limit && LengthOf(requests.Ask("", 9999, 9999)) is { } part && LengthOf(requests.Merge([])) is { } merge)
        {
            _context = limit.Tokens;
            _room = _context - maxTokens - part - Slack;
            // Two answers as long as may be, and a third in their place.
            _canMerge = merge + (2 * (maxTokens + Slack)) + maxTokens <= _context;
        }
    }

    /// <summary>The parts that a request is made for each: one, the text itself, where it fits.</summary>
    /// <exception cref="UnreadableException">It does not fit, and the context has no room for parts of it.</exception>
    public IReadOnlyList<string> Plan(string text)
    {
        if (_context == 0 || (text.Length <= (long)_context * LongestToken && Fits(_requests.Ask(text))))
        {
            return [text];
        }

        if (!_canMerge || _room < ShortestPart)
        {
            throw new UnreadableException(
                UnreadableException.TooLarge,
                $"It does not fit the model's context of {_context} tokens, which beside the instruction and answers of 'max_tokens' has no room for parts of it.");
        }

        TextSplitter splitter = new(piece => _reader!.Tokenizer.Encode(piece, addSpecialTokens: false).Length);
        // Tokens may grow a little where pieces are joined: then all parts are cut shorter.
        for (int room = _room; room >= ShortestPart; room -= Math.Max(1, room / 16))
        {
            IReadOnlyList<string> parts = splitter.Split(text, room);
            if (parts.Index().All(part => Fits(_requests.Ask(part.Item, part.Index + 1, parts.Count))))
            {
                return parts;
            }
        }

        throw new UnreadableException(UnreadableException.TooLarge, $"It cannot be cut into parts that fit the model's context of {_context} tokens.");
    }

    private bool Fits(ReadOnlyMemory<byte> body) => _reader!.Read(Endpoints.ChatCompletions, body.Span).Refusal is null;

    /// <summary>Tokens of a prompt; null where the worker will refuse it, whatever its length.</summary>
    private int? LengthOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            return _reader!.Requests.Read(Endpoints.ChatCompletions, body.Span).Prompts[0].Length;
        }
        catch (Tokenization.Requests.RequestErrorException)
        {
            return null;
        }
    }
}
