namespace Pipeline.Tokenization.Models;

/// <summary>What a <see cref="CharacterBpe"/> does besides joining.</summary>
/// <param name="Unknown">The token for what has none, or -1: then it is left out, as Hugging Face's tokenizers do.</param>
/// <param name="FuseUnknown">Whether unknown characters side by side become one token.</param>
/// <param name="ByteFallback">Whether an unknown character becomes the tokens of its bytes, where all of them have one.</param>
/// <param name="WholePiecesFirst">Whether a piece that is in the vocabulary is taken whole, even where the merges lead elsewhere.</param>
internal sealed record CharacterBpeOptions(int Unknown, bool FuseUnknown, bool ByteFallback, bool WholePiecesFirst);
