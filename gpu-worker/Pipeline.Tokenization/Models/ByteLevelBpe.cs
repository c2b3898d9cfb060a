using System.Buffers;
using System.Text;

namespace Pipeline.Tokenization.Models;

/// <summary>Byte pair encoding that starts from bytes (GPT-2, Llama 3, Qwen and their like).</summary>
internal sealed class ByteLevelBpe : TokenModel
{
    private readonly BytePairMerges _merges;
    private readonly int[] _tokenOfByte;
    private readonly bool _wholePiecesFirst;
    private readonly int _longestToken;

    /// <param name="vocabulary">Ids by spelling in the <see cref="ByteLevelAlphabet"/>.</param>
    /// <param name="merges">Which tokens join.</param>
    /// <param name="unknown">The token for bytes that have none, or -1 where there is none.</param>
    /// <param name="wholePiecesFirst">Whether a piece that is in the vocabulary is taken whole, even where the merges lead elsewhere.</param>
    /// <exception cref="NotSupportedException">A byte has no token, so that text would be lost without a word.</exception>
    public ByteLevelBpe(Dictionary<string, int> vocabulary, BytePairMerges merges, int unknown, bool wholePiecesFirst)
        : base(vocabulary)
    {
        _merges = merges;
        _wholePiecesFirst = wholePiecesFirst;
        _longestToken = vocabulary.Keys.Select(token => token.Length).DefaultIfEmpty().Max();
        _tokenOfByte = new int[256];
        for (int value = 0; value < 256; value++)
        {
            _tokenOfByte[value] = vocabulary.GetValueOrDefault(ByteLevelAlphabet.Character((byte)value).ToString(), unknown);
            // 0xC0, 0xC1 and 0xF5 on never occur in UTF-8.
            if (_tokenOfByte[value] < 0 && value is not (0xC0 or 0xC1 or >= 0xF5))
            {
                throw new NotSupportedException($"The byte-level BPE vocabulary has no token for byte 0x{value:X2}.");
            }
        }
    }

    protected override void EncodeAnew(ReadOnlySpan<char> piece, List<int> output)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        int count = Encoding.UTF8.GetBytes(piece, bytes);
        int[] tokens = ArrayPool<int>.Shared.Rent(count);
        try
        {
            if (_wholePiecesFirst && count <= _longestToken && Whole(bytes.AsSpan(0, count)) is { } whole)
            {
                output.Add(whole);
                return;
            }
            for (int i = 0; i < count; i++)
            {
                tokens[i] = _tokenOfByte[bytes[i]];
            }
            output.AddRange(tokens.AsSpan(0, _merges.Join(tokens.AsSpan(0, count))));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(tokens);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private int? Whole(ReadOnlySpan<byte> bytes)
    {
        string spelling = string.Create(bytes.Length, bytes, static (span, bytes) =>
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                span[i] = ByteLevelAlphabet.Character(bytes[i]);
            }
        });
        return Vocabulary.TryGetValue(spelling, out int id) ? id : null;
    }
}
