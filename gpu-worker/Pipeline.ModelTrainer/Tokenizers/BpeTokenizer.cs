using System.Text;

namespace Pipeline.ModelTrainer.Tokenizers;

/// <summary>
/// The byte-level BPE of the model in training. Ids: three special tokens, the 256 bytes, then the merges in order.
/// Not for use by several threads at once (it remembers pieces it has met).
/// </summary>
internal sealed class BpeTokenizer
{
    public const int EndOfText = 0;
    public const int MessageStart = 1;
    public const int MessageEnd = 2;
    public const int FirstByteId = 3;
    public const int FirstMergeId = FirstByteId + 256;

    private readonly Dictionary<(int, int), int> ranks = [];
    private readonly Dictionary<string, int[]> known = [];
    private readonly List<byte[]> bytes = [];

    public BpeTokenizer(IReadOnlyList<(int Left, int Right)> merges)
    {
        Merges = merges;
        bytes.AddRange(SpecialTokens.Select(_ => Array.Empty<byte>()));
        for (var b = 0; b < 256; b++)
        {
            bytes.Add([(byte)b]);
        }

        for (var i = 0; i < merges.Count; i++)
        {
            ranks.Add(merges[i], FirstMergeId + i);
            bytes.Add([.. bytes[merges[i].Left], .. bytes[merges[i].Right]]);
        }
    }

    /// <summary>The special tokens' text, by id.</summary>
    public static IReadOnlyList<string> SpecialTokens { get; } = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    public IReadOnlyList<(int Left, int Right)> Merges { get; }

    public int VocabularySize => bytes.Count;

    /// <summary>The bytes of a token; none for a special one.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => bytes[id];

    /// <summary>Encodes text. Special tokens in it are text like any other.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>(text.Length / 2);
        foreach (var piece in TextPieces.Of(text))
        {
            if (!known.TryGetValue(piece, out var tokens))
            {
                tokens = EncodePiece(piece);
                if (known.Count < 200_000)
                {
                    known.Add(piece, tokens);
                }
            }

            ids.AddRange(tokens);
        }

        return ids;
    }

    /// <summary>The text of the tokens; special ones are left out.</summary>
    public string Decode(IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.SelectMany(id => bytes[id])]);

    private int[] EncodePiece(string piece)
    {
        var word = Array.ConvertAll(Encoding.UTF8.GetBytes(piece), b => FirstByteId + b);
        while (word.Length > 1)
        {
            // Ids grow with rank, so the smallest new id is the earliest merge.
            var best = int.MaxValue;
            var pair = default((int, int));
            for (var i = 0; i + 1 < word.Length; i++)
            {
                if (ranks.TryGetValue((word[i], word[i + 1]), out var id) && id < best)
                {
                    best = id;
                    pair = (word[i], word[i + 1]);
                }
            }

            if (best == int.MaxValue)
            {
                break;
            }

            word = BpeTrainer.Merge(word, pair, best);
        }

        return word;
    }
}
