namespace Pipeline.Tokenization.Splitting;

/// <summary>Where the short ends of English words ('s, 't, 're, 've, 'm, 'll, 'd) go.</summary>
internal enum Contractions
{
    /// <summary>They are not looked for.</summary>
    None,

    /// <summary>Each is a piece, whatever follows it; small letters only.</summary>
    ApartSmall,

    /// <summary>Each is a piece, whatever follows it.</summary>
    Apart,

    /// <summary>They stay with the word before them.</summary>
    WithWord,
}

/// <summary>How letters make a word.</summary>
internal enum WordShape
{
    /// <summary>Letters, after a space at most (GPT-2).</summary>
    AfterSpace,

    /// <summary>Letters, after one character that is neither letter, number nor line end at most.</summary>
    AfterAny,

    /// <summary>So, and letters and marks; a capital begins a new word after a small letter.</summary>
    Cased,
}

/// <summary>
/// The split patterns that most byte-level tokenizers have, written out: many times as fast as their regular expressions,
/// which they are known by and tested against. Immutable.
/// </summary>
/// <param name="Shape">How letters make a word.</param>
/// <param name="Contractions">What becomes of 's and its like.</param>
/// <param name="MostDigits">How many numbers in a row make one piece at most.</param>
/// <param name="Tail">What may follow a run of other characters, as often as it comes.</param>
internal sealed record WordPattern(WordShape Shape, Contractions Contractions, int MostDigits, string Tail)
{
    private const string Spaces = @"\s+(?!\S)|\s+";
    private const string LinesAndSpaces = @"|\s*[\r\n]+|" + Spaces;
    private const string Ends = "'s|'t|'re|'ve|'m|'ll|'d";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Before = @"[^\r\n\p{L}\p{N}]?";

    /// <summary>GPT-2's, which ByteLevel cuts by unless it is told not to.</summary>
    public const string Gpt2 = Ends + @"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|" + Spaces;

    /// <summary>GPT-4's (cl100k), as Llama 3 writes it.</summary>
    public const string Llama3 = "(?i:" + Ends + ")|" + Before + @"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + LinesAndSpaces;

    public const string Qwen2 = "(?i:" + Ends + ")|" + Before + @"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + LinesAndSpaces;

    /// <summary>GPT-4o's (o200k).</summary>
    public const string Gpt4o = Before + Upper + "*" + Lower + "+(?i:" + Ends + ")?|" + Before + Upper + "+" + Lower + "*(?i:" + Ends
        + @")?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + LinesAndSpaces;

    /// <summary>Mistral's since Nemo (tekken).</summary>
    public const string Tekken = Before + Upper + "*" + Lower + "+|" + Before + Upper + "+" + Lower
        + @"*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + LinesAndSpaces;

    private static readonly Dictionary<string, WordPattern> Known = new()
    {
        [Gpt2] = new(WordShape.AfterSpace, Contractions.ApartSmall, int.MaxValue, ""),
        [Llama3] = new(WordShape.AfterAny, Contractions.Apart, 3, "\r\n"),
        [Qwen2] = new(WordShape.AfterAny, Contractions.Apart, 1, "\r\n"),
        [Gpt4o] = new(WordShape.Cased, Contractions.WithWord, 3, "\r\n/"),
        [Tekken] = new(WordShape.Cased, Contractions.None, 1, "\r\n/"),
    };

    /// <summary>The pattern that a regular expression is, letter for letter; null where it is none of these.</summary>
    public static WordPattern? Of(string expression) => Known.GetValueOrDefault(expression);
}
