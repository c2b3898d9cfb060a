using Pipeline.Engine.Models;
using Pipeline.Tokenization;

namespace Pipeline.Engine.Speculation;

/// <summary>Sees that a draft model speaks of the same tokens as the model: a guess is a number, and must mean the same to both.</summary>
internal static class DraftVocabulary
{
    /// <summary>Throws unless it does.</summary>
    /// <param name="options">They name both models.</param>
    /// <param name="tokenizer">The model's tokenizer, or null where it has none: then the numbers alone are compared.</param>
    /// <exception cref="ArgumentException">What differs.</exception>
    public static void Check(EngineOptions options, Tokenizer? tokenizer)
    {
        if (options.DraftModelDirectory is not { } draft)
        {
            return;
        }

        int size = ModelConfigReader.Read(options.ModelDirectory).VocabularySize, sizeOfDraft = ModelConfigReader.Read(draft).VocabularySize;
        Require(size == sizeOfDraft, $"{draft} has a vocabulary of {sizeOfDraft} tokens, {options.ModelDirectory} one of {size}");
        if (tokenizer is null || !File.Exists(Path.Combine(draft, "tokenizer.json")))
        {
            return;
        }

        Tokenizer others = Tokenizer.Load(draft);
        for (int id = 0; id < Math.Max(tokenizer.VocabularySize, others.VocabularySize); id++)
        {
            bool known = tokenizer.TryGetBytes(id, out ReadOnlyMemory<byte> own), knownToo = others.TryGetBytes(id, out ReadOnlyMemory<byte> other);
            string text = tokenizer.Decode([id], skipSpecial: false), otherText = others.Decode([id], skipSpecial: false);
            Require(known == knownToo && own.Span.SequenceEqual(other.Span) && text == otherText,
                $"token {id} of {draft} is \"{otherText}\", of {options.ModelDirectory} \"{text}\"");
        }
    }

    private static void Require(bool met, string otherwise) =>
        EngineOptionsValidator.Require(met, nameof(EngineOptions.DraftModelDirectory), otherwise);
}
