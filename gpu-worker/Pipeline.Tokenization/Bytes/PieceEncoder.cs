using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Tokenization.Files;

namespace Pipeline.Tokenization.Bytes;

/// <summary>Turns pieces of text into tokens, and remembers those that it has seen. Thread-safe.</summary>
internal sealed class PieceEncoder(ModelPart model)
{
    /// <summary>Longer pieces rarely come twice.</summary>
    private const int LongestRemembered = 48;

    /// <summary>A full memory takes nothing more in: what is common has come early.</summary>
    private const int MostRemembered = 65_536;

    private readonly ConcurrentDictionary<string, int[]> _seen = new();
    private int _remembered;

    public void Encode(ReadOnlySpan<char> piece, List<int> output)
    {
        bool memorable = piece.Length <= LongestRemembered;
        if (memorable && _seen.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out int[]? known))
        {
            output.AddRange(known);
            return;
        }
        int first = output.Count;
        EncodeBytes(piece, output);
        if (memorable && Volatile.Read(ref _remembered) < MostRemembered
            && _seen.TryAdd(piece.ToString(), CollectionsMarshal.AsSpan(output)[first..].ToArray()))
        {
            Interlocked.Increment(ref _remembered);
        }
    }

    private void EncodeBytes(ReadOnlySpan<char> piece, List<int> output)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        try
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, Encoding.UTF8.GetBytes(piece, buffer));
            if (model.WholePiecesFirst && model.Vocabulary.TryGetValue(Spell(bytes), out int whole))
            {
                output.Add(whole);
            }
            else
            {
                model.Merges.Encode(bytes, output);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Spell(ReadOnlySpan<byte> bytes)
    {
        var token = new StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            token.Append(ByteLevelAlphabet.Character(value));
        }
        return token.ToString();
    }
}
