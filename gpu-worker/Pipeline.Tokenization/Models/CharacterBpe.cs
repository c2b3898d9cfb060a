using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Tokenization.Models;

/// <summary>Byte pair encoding that starts from characters (SentencePiece's: Llama 2, Mistral, Gemma and their like).</summary>
internal sealed class CharacterBpe : TokenModel
{
    private readonly BytePairMerges _merges;
    private readonly Dictionary<int, int> _tokenOfCharacter = [];
    private readonly ByteTokens? _bytes;
    private readonly CharacterBpeOptions _options;
    private readonly int _longestToken;
    private readonly NeverJoined? _cuts;
    private readonly PieceCache _parts = new();

    /// <param name="vocabulary">Ids by spelling.</param>
    /// <param name="pairs">Pairs in rank order: left, right and the token they make.</param>
    /// <param name="options">What else the model does.</param>
    public CharacterBpe(
        Dictionary<string, int> vocabulary, IReadOnlyList<(int Left, int Right, int Joined)> pairs, CharacterBpeOptions options)
        : base(vocabulary)
    {
        _merges = new BytePairMerges(pairs);
        _options = options;
        _longestToken = vocabulary.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
        _bytes = options.ByteFallback ? new ByteTokens(vocabulary) : null;
        foreach ((string token, int id) in vocabulary)
        {
            if (Rune.DecodeFromUtf16(token, out Rune rune, out int length) == System.Buffers.OperationStatus.Done && length == token.Length)
            {
                _tokenOfCharacter[rune.Value] = id;
            }
        }
        // Unknown characters that become one token, or that bytes overtake, stand side by side in none.
        bool reachesOut = options.Unknown >= 0 && (options.FuseUnknown || _bytes is not null) && _bytes?.Complete != true;
        _cuts = reachesOut ? null : NeverJoined.Of(vocabulary, pairs);
    }

    protected override void EncodeAnew(ReadOnlySpan<char> piece, List<int> output)
    {
        if (_options.WholePiecesFirst && piece.Length <= _longestToken && Vocabulary.TryGetValue(piece.ToString(), out int whole))
        {
            output.Add(whole);
            return;
        }
        int cut;
        while (_cuts is not null && (cut = _cuts.First(piece)) > 0)
        {
            EncodePart(piece[..cut], output);
            piece = piece[cut..];
        }
        EncodePart(piece, output);
    }

    private void EncodePart(ReadOnlySpan<char> part, List<int> output)
    {
        if (_parts.TryGet(part, out ReadOnlySpan<int> known))
        {
            output.AddRange(known);
            return;
        }
        int first = output.Count;
        AddCharacters(part, output);
        int count = _merges.Join(CollectionsMarshal.AsSpan(output)[first..]);
        CollectionsMarshal.SetCount(output, first + count);
        _parts.Add(part, CollectionsMarshal.AsSpan(output)[first..]);
    }

    /// <summary>
    /// The tokens of the characters one by one. As in Hugging Face's implementation an unknown token waits until a known
    /// character or the end, while tokens of bytes do not wait: they can overtake it.
    /// </summary>
    private void AddCharacters(ReadOnlySpan<char> part, List<int> output)
    {
        bool unknownWaits = false;
        int position = 0;
        foreach (Rune rune in part.EnumerateRunes())
        {
            ReadOnlySpan<char> character = part.Slice(position, rune.Utf16SequenceLength);
            position += character.Length;
            if (_tokenOfCharacter.TryGetValue(rune.Value, out int id))
            {
                if (unknownWaits)
                {
                    output.Add(_options.Unknown);
                    unknownWaits = false;
                }
                output.Add(id);
            }
            else if (_bytes?.TryAdd(character, output) != true && _options.Unknown >= 0)
            {
                if (unknownWaits && !_options.FuseUnknown)
                {
                    output.Add(_options.Unknown);
                }
                unknownWaits = true;
            }
        }
        if (unknownWaits)
        {
            output.Add(_options.Unknown);
        }
    }
}
