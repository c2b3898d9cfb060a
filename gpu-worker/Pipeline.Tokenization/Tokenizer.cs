using Pipeline.Tokenization.Decoding;
using Pipeline.Tokenization.Files;
using Pipeline.Tokenization.Files.SentencePiece;
using Pipeline.Tokenization.Models;
using Pipeline.Tokenization.Splitting;

namespace Pipeline.Tokenization;

/// <summary>
/// Text to tokens and back, token for token as Hugging Face's tokenizers do it: byte-level BPE (GPT-2, Llama 3, Qwen),
/// SentencePiece's BPE (Llama 2, Gemma) and Unigram (T5, XLM-R), WordPiece (BERT). Immutable and safe for any number of threads.
/// </summary>
public sealed class Tokenizer
{
    private const string JsonFile = "tokenizer.json";
    private const string SentencePieceModelFile = "tokenizer.model";

    private readonly Dictionary<string, int> _ids;
    private readonly string?[] _spellings;
    private readonly Lazy<byte[]?[]> _bytes;
    private readonly HashSet<int> _special;
    private readonly HashSet<int> _endTokens;
    private readonly AddedTokenFinder _rawTokens;
    private readonly AddedTokenFinder _normalizedTokens;
    private readonly Func<string, string> _normalize;
    private readonly PreTokenizerPart _preTokenizer;
    private readonly TokenModel _model;
    private readonly PostProcessorPart _postProcessor;
    private readonly DecoderPart _decoder;

    private Tokenizer(TokenizerParts parts, TokenizerSettings settings)
    {
        IReadOnlyList<AddedToken> added = parts.AddedTokens;
        _normalize = parts.Normalize;
        _preTokenizer = parts.PreTokenizer;
        _model = parts.Model;
        _decoder = parts.Decoder;
        _rawTokens = new AddedTokenFinder(added.Where(token => !token.Normalized));
        _normalizedTokens = new AddedTokenFinder(
            added.Where(token => token.Normalized).Select(token => token with { Content = _normalize(token.Content) }));
        _special = [.. added.Where(token => token.Special).Select(token => token.Id)];

        _ids = new Dictionary<string, int>(_model.Vocabulary);
        foreach (AddedToken token in added)
        {
            _ids[token.Content] = token.Id;
        }
        _spellings = new string?[_ids.Values.DefaultIfEmpty(-1).Max() + 1];
        foreach ((string token, int id) in _ids)
        {
            _spellings[id] = token;
        }
        foreach (AddedToken token in added)
        {
            _spellings[token.Id] = token.Content;
        }
        _bytes = new(() => Array.ConvertAll(_spellings, token => token is null ? null : _decoder.Bytes(token)));

        BeginToken = Role(settings, "bos_token");
        PadToken = Role(settings, "pad_token");
        _endTokens = [.. settings.GenerationEndTokens];
        int? end = Role(settings, "eos_token");
        if (end is not null)
        {
            _endTokens.Add(end.Value);
        }
        _postProcessor = settings.Around is not { } around ? parts.PostProcessor
            : new(around.Begin && BeginToken is { } begin ? [begin] : [], around.End && end is not null ? [end.Value] : []);
    }

    /// <summary>One more than the highest token id. A model's own vocabulary may be padded beyond it.</summary>
    public int VocabularySize => _spellings.Length;

    /// <summary>The token that begins a text (<c>bos_token</c>), if the model has one.</summary>
    public int? BeginToken { get; }

    /// <summary>The token for filling up (<c>pad_token</c>), if the model has one.</summary>
    public int? PadToken { get; }

    /// <summary>The tokens that the post-processor puts behind a text, such as BERT's <c>[SEP]</c>; mostly none.</summary>
    public IReadOnlyList<int> ClosingTokens => _postProcessor.After;

    /// <summary>
    /// The tokens that end a generation: <c>eos_token_id</c> of generation_config.json (of config.json where that has
    /// none), and the tokenizer's own <c>eos_token</c>.
    /// </summary>
    public IReadOnlySet<int> EndTokens => _endTokens;

    /// <summary>Whether a model directory has a tokenizer that <see cref="Load"/> can try to read.</summary>
    public static bool IsIn(string modelDirectory) =>
        File.Exists(Path.Combine(modelDirectory, JsonFile)) || File.Exists(Path.Combine(modelDirectory, SentencePieceModelFile));

    /// <summary>
    /// Reads tokenizer.json, or where there is none tokenizer.model (SentencePiece's own), and, where they are,
    /// tokenizer_config.json, special_tokens_map.json, generation_config.json and config.json from a model directory in
    /// Hugging Face layout.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is neither.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or names a token that is not there.</exception>
    /// <exception cref="NotSupportedException">The tokenizer is of a kind that is not supported; the message names it.</exception>
    public static Tokenizer Load(string modelDirectory)
    {
        string json = Path.Combine(modelDirectory, JsonFile);
        TokenizerSettings settings = TokenizerSettings.Read(modelDirectory);
        return File.Exists(json) ? new(TokenizerFile.Read(json), settings)
            : IsIn(modelDirectory) ? new(SentencePieceFile.Read(modelDirectory, settings), settings)
            : throw new FileNotFoundException($"The model directory has no tokenizer: neither {json} nor a {SentencePieceModelFile} is there.", json);
    }

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">Any text. An unpaired surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">
    /// Whether to put the tokens around it that the post-processor asks for (such as a begin token). Not for the output
    /// of a chat template, which has written them itself.
    /// </param>
    /// <param name="specialTokens">
    /// Whether special tokens written in the text are those tokens. As with Hugging Face they are by default, which a
    /// chat template's output needs; note that then a user's message can forge them too.
    /// </param>
    public int[] Encode(string text, bool addSpecialTokens, SpecialTokens specialTokens = SpecialTokens.Parse)
    {
        var output = new List<int>(text.Length / 3 + 8);
        if (addSpecialTokens)
        {
            output.AddRange(_postProcessor.Before);
        }
        bool findSpecial = specialTokens == SpecialTokens.Parse;
        List<Segment> segments = [];
        _rawTokens.Split(CodePointText.WellFormed(text), findSpecial, segments);
        bool beginsText = true;
        foreach (Segment segment in segments)
        {
            EncodeSegment(segment, findSpecial, beginsText, output);
            beginsText = false;
        }
        if (addSpecialTokens)
        {
            output.AddRange(_postProcessor.After);
        }
        return [.. output];
    }

    /// <summary>The text of tokens. Bytes that are not UTF-8 become U+FFFD; ids that the vocabulary lacks add nothing.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecial)
    {
        var text = new DecodedText();
        ITokenTexts steps = CreateDecodingSteps(text);
        foreach (int token in tokens)
        {
            if (!(skipSpecial && IsSpecial(token)) && Spelling(token) is { } spelling)
            {
                steps.Add(spelling);
            }
        }
        steps.End();
        return text.Take();
    }

    /// <inheritdoc cref="Decode(ReadOnlySpan{int}, bool)"/>
    public string Decode(IReadOnlyList<int> tokens, bool skipSpecial) => Decode((int[])[.. tokens], skipSpecial);

    /// <summary>
    /// The bytes that a token adds to a text that has begun, as masks over the vocabulary need them. They may be part of
    /// a character only; all tokens' bytes one after the other are the UTF-8 that <see cref="Decode(ReadOnlySpan{int}, bool)"/>
    /// reads, except where a tokenizer leaves out a space at the very beginning of a text: here it counts.
    /// </summary>
    /// <param name="id">Any number.</param>
    /// <param name="bytes">The bytes, shared and not to be changed; empty where there are none.</param>
    /// <returns>False for special tokens, which are not text, and for ids that the vocabulary does not have.</returns>
    public bool TryGetBytes(int id, out ReadOnlyMemory<byte> bytes)
    {
        byte[]? known = (uint)id < (uint)_spellings.Length && !IsSpecial(id) ? _bytes.Value[id] : null;
        bytes = known;
        return known is not null;
    }

    /// <summary>Whether a token steers the model rather than being text.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The id of a token by its spelling in the vocabulary, or null where there is none.</summary>
    public int? TokenId(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>A decoder for tokens that come one by one.</summary>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    public IncrementalDecoder CreateDecoder(bool skipSpecial = true) => new(this, skipSpecial);

    /// <summary>How a token is spelled in the vocabulary; null for an id that it does not have.</summary>
    internal string? Spelling(int id) => (uint)id < (uint)_spellings.Length ? _spellings[id] : null;

    internal ITokenTexts CreateDecodingSteps(DecodedText text) => _decoder.Create(text);

    private void EncodeSegment(Segment segment, bool findSpecial, bool beginsText, List<int> output)
    {
        if (segment.Token >= 0)
        {
            output.Add(segment.Token);
            return;
        }
        List<Segment> parts = [];
        _normalizedTokens.Split(_normalize(segment.Text), findSpecial, parts);
        foreach (Segment part in parts)
        {
            if (part.Token >= 0)
            {
                output.Add(part.Token);
            }
            else
            {
                PieceList pieces = _preTokenizer.Split(part.Text, beginsText);
                foreach (Piece piece in pieces.Pieces)
                {
                    _model.Encode(pieces.Text.AsSpan(piece.Start, piece.Length), output);
                }
            }
            beginsText = false;
        }
    }

    private int? Role(TokenizerSettings settings, string role) =>
        !settings.RoleTokens.TryGetValue(role, out string? token) ? null
        : _ids.TryGetValue(token, out int id) ? id
        : throw new InvalidDataException($"tokenizer_config.json: {role} is '{token}', which the tokenizer does not have.");
}
