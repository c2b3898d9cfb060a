using System.Runtime.InteropServices;

namespace Pipeline.Tokenization.Models;

/// <summary>What makes tokens of the pieces of a text, and remembers short ones. Thread-safe.</summary>
internal abstract class TokenModel(IReadOnlyDictionary<string, int> vocabulary)
{
    private readonly PieceCache _seen = new();

    /// <summary>The ids of tokens by their spelling.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary { get; } = vocabulary;

    /// <summary>Adds the tokens of a piece.</summary>
    /// <param name="piece">Well-formed UTF-16, not empty.</param>
    /// <param name="output">Where they go.</param>
    public void Encode(ReadOnlySpan<char> piece, List<int> output)
    {
        if (_seen.TryGet(piece, out ReadOnlySpan<int> known))
        {
            if (known.Length == 1)
            {
                output.Add(known[0]);
            }
            else
            {
                output.AddRange(known);
            }
            return;
        }
        int first = output.Count;
        EncodeAnew(piece, output);
        _seen.Add(piece, CollectionsMarshal.AsSpan(output)[first..]);
    }

    protected abstract void EncodeAnew(ReadOnlySpan<char> piece, List<int> output);
}
