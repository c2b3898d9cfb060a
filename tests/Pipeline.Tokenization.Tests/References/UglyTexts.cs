using System.Text;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>Texts that tokenizers get wrong: chosen ones, and random ones of scraps of many scripts.</summary>
internal static class UglyTexts
{
    public static readonly string[] Chosen =
    [
        "", " ", "  ", "a", " a", "a ", "Hello world", " Hello  world ", "Hello, y'all! How are you 😁 ?",
        "line\r\nline\n\nline\r\r\n\n\n  indented\n\t\ttabs\t \t x  \n", "a\u00A0b\u3000c\u2003d\u202Fe\u0085f\u2028g\u2029h\u200Bi\uFEFFj",
        "👩‍👩‍👧‍👦👍🏽🇩🇪🇫🇷🇩 ☺️❤️‍🔥 1️⃣ \U0001F9D1\u200D\U0001F680", "日本語のテキスト、漢字とかな。ｶﾀｶﾅ", "中文字符，没有空格。𠀀𠮷", "한국어 텍스트 각 \u1100\u1161\u11A8",
        "ภาษาไทยไม่มีช่องว่าง", "السلام عليكم ١٢٣ لا إله", "हिन्दी में क्षत्रिय ज्ञान ३४", "שלום עולם", "Ελληνικά ΣΑΣ ς", "Русский ТЕКСТ ёж", "বাংলা தமிழ் తెలుగు ქართული",
        "é e\u0301 o\u0328\u0301 o\u0301\u0328 a\u0315\u0300\u05AE\u0062 \u1E0A\u0323 q\u0307\u0323", "\u0301 leading \u0301\u0301 marks", "İstanbul DİYARBAKIR ıI ŞŞ ẞß",
        "don't I'LL you'RE it'ſ 'S ''s 've'll 'tis O'Neill's", "camelCaseHTTPServer XMLHttpRequest iPhone ABCdef aBC Ǆǅǆ", "3.14159 1,000,000 12345678 ²³ ½ Ⅷ ١٢ ⑩ 0x1F 1e-9",
        "def f(x):\n    return {\"a\": [1, 2], 'b': x**2}  # comment\n", "<html><body class=\"x\">&nbsp;</body></html>", "https://example.com/a_b?c=d&e=%20#f user@host.org C:\\dir\\file.txt",
        "!!!???...---===***///\\\\\\ /// \n/x", "ﬁ ﬂ ① Ａ ｆｕｌｌ ㎏ ㍿ ™ ℃ Å Ω ſ", "\0\u0001\u0002\u001F\u007F\u0080\u009F control", "\uD83D lone \uDE00 surrogates \uDE00\uD83D", "\uFFFD\uFFFE\uFFFF\uE000\U0010FFFF",
        "▁ ▁▁ a▁b ▁Hello", "<0x0A> <0xE2> <unk> <s> </s> <pad> [UNK] [CLS] ## ##ing", "Ġ Ċ ĠHello âĢĻ", "ٱلرَّحْمَـٰنِ\u200Fabc\u200E", "𝒳𝕐𝟙𝟚 𐍈𐌰 🜁 𓀀", "a\u200Db\u200Cc नि\u200Dक्", "x\u0300\u0301\u0302\u0303\u0304\u0305y",
    ];

    private static readonly string[] Scraps =
    [
        " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "\u00A0", "\u3000", "\u200B", "\u200D", "\uFEFF", "\u2028", "\0", "\u0085", "the", "The", "ing", "Hello", "world", "tokenization",
        "don't", "'s", "'LL", "HTTP", "xYz", "é", "e\u0301", "\u0323\u0307", "ñ", "ß", "İ", "Ω", "ж", "привет", "日本", "語", "漢字", "かな", "カ", "한국", "각", "\u1100\u1161", "ไทย", "้", "سلام", "لا", "َ", "हिन्दी", "्", "क्ष",
        "1", "12", "345", "6789", "½", "Ⅷ", "²", "٣", "😀", "👩‍👩‍👧", "👍🏽", "🇩🇪", "❤️", "𝒳", "𠀀", "𐍈", ".", ",", "!", "?", "...", "'", "\"", "-", "_", "/", "\\", "(", "{", "}", "[", "<", ">", "</s>", "<|", "|>", "@", "#", "##", "$", "€", "™", "▁", "Ġ", "ﬁ", "①", "Ａ", "\uFFFD", "\uD800", "x", "Z", "<0x0A>",
    ];

    /// <summary>Texts of scraps, of the characters of many scripts, and of a vocabulary's added tokens whole and broken.</summary>
    public static IEnumerable<string> Random(Random random, int count, IReadOnlyList<string> addedTokens)
    {
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (int left = random.Next(1, 24); left > 0; left--)
            {
                text.Append(random.Next(12) switch
                {
                    0 when addedTokens.Count > 0 => addedTokens[random.Next(addedTokens.Count)],
                    1 when addedTokens.Count > 0 => Half(addedTokens[random.Next(addedTokens.Count)], random),
                    2 => Character(random),
                    3 => string.Concat(Enumerable.Repeat(Scraps[random.Next(Scraps.Length)], random.Next(1, 6))),
                    _ => Scraps[random.Next(Scraps.Length)],
                });
            }
            yield return text.ToString();
        }
    }

    private static string Half(string token, Random random) =>
        random.Next(2) == 0 ? token[..random.Next(token.Length)] : token[random.Next(token.Length)..];

    /// <summary>A character of blocks that have not grown for many versions of Unicode, about which all libraries agree.</summary>
    private static string Character(Random random) => new Rune(random.Next(12) switch
    {
        0 => random.Next(0x20, 0x7F),
        1 => random.Next(0xA0, 0x250),
        2 => random.Next(0x300, 0x340),
        3 => random.Next(0x391, 0x3A2),
        4 => random.Next(0x400, 0x460),
        5 => random.Next(0x5D0, 0x5EB),
        6 => random.Next(0x904, 0x94E),
        7 => random.Next(0xE01, 0xE3B),
        8 => random.Next(0x3041, 0x3097),
        9 => random.Next(0x4E00, 0x9FA6),
        10 => random.Next(0xAC00, 0xD7A4),
        _ => random.Next(0x1F300, 0x1F5FF),
    }).ToString();
}
