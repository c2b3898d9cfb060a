namespace Pipeline.Tokenization;

/// <summary>What to make of special tokens that are written out in a text.</summary>
public enum SpecialTokens
{
    /// <summary>They are the tokens that they look like. What chat templates and Hugging Face's tokenizers expect.</summary>
    Parse,

    /// <summary>They are text like any other, and steer nothing.</summary>
    AsText,
}
