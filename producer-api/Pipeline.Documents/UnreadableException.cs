namespace Pipeline.Documents;

/// <summary>Why a file cannot be read: a word for programs and a sentence for its owner.</summary>
public sealed class UnreadableException : Exception
{
    /// <summary>The format is not one of those that are read.</summary>
    public const string UnsupportedType = "unsupported_type";

    /// <summary>The content is not what the format says it is.</summary>
    public const string Damaged = "damaged";

    /// <summary>A password protects it.</summary>
    public const string Encrypted = "encrypted";

    /// <summary>It holds no text, such as a scan.</summary>
    public const string NoText = "no_text";

    /// <summary>It, or what it unpacks to, is larger than is read.</summary>
    public const string TooLarge = "too_large";

    /// <summary>Files in files go deeper than is read.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>Makes one.</summary>
    /// <param name="code">One of the constants of this class.</param>
    /// <param name="message">The sentence.</param>
    /// <param name="cause">What a parser said.</param>
    public UnreadableException(string code, string message, Exception? cause = null)
        : base(message, cause) => Code = code;

    /// <summary>The word.</summary>
    public string Code { get; }
}
