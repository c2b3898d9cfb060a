namespace Pipeline.ModelTrainer.Documents;

/// <summary>
/// Words for names, most of them in no dictionary: a model that has to give them back cannot know them, it must copy.
/// </summary>
internal static class MadeUpWords
{
    private static readonly string[] Starts =
    [
        "B", "C", "D", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "T", "W", "Y", "B", "D", "J", "K", "L", "M", "N", "P", "R", "S", "T",
        "CH", "SH", "KH", "NG", "ST", "TR", "BR", "KL", "GR", "PR", "", "", "", "Z", "V", "TH", "SY", "Q", "X",
    ];

    private static readonly string[] Vowels = ["A", "E", "I", "O", "U", "A", "E", "I", "O", "U", "A", "I", "AI", "EE", "OO", "AU", "IA", "EA", "OU", "UA", "IO", "EY"];

    private static readonly string[] Ends = ["N", "NG", "R", "L", "T", "K", "H", "S", "M", "P", "CK", "RD", "N", "NT", "LL", "X", "D", "Y"];

    // Ordinary words of signs and maps, so that not every name is new.
    private static readonly string[] Known =
    [
        "JAYA", "INDAH", "UTAMA", "PERMAI", "BESAR", "BARU", "MAJU", "MEGAH", "SETIA", "SENTOSA", "MERDEKA", "SULTAN", "RAJA", "TUN", "SRI", "SERI", "MUTIARA", "BINTANG",
        "MAWAR", "MELATI", "KENANGA", "CEMPAKA", "ANGGERIK", "DAMAI", "BAHAGIA", "MAKMUR", "DAMANSARA", "PUTRA", "PUTERI", "TROPIKA", "BUNGA", "TIMUR", "BARAT", "UTARA", "SELATAN",
        "PERDANA", "ALAM", "IMPIAN", "WANGSA", "HARMONI", "GEMILANG", "CAHAYA", "MURNI", "ABADI", "PELANGI", "KUNING", "HIJAU", "EMAS", "PERAK", "TENGAH", "LAMA", "DALAM", "LUAR",
        "GOLDEN", "STAR", "SUN", "OCEAN", "GREEN", "UNITED", "GLOBAL", "CITY", "ROYAL", "HAPPY", "FRESH", "SMART", "GOOD", "BEST", "EVER", "GRAND", "FIRST", "POWER", "WORLD", "EAST", "WEST",
        "LEE", "TAN", "LIM", "WONG", "CHAN", "NG", "TEO", "GOH", "ONG", "YAP", "HENG", "SENG", "HOCK", "CHONG", "KIM", "MEI", "WAH", "FATT", "HUAT", "SOON", "KEE", "HIN", "LONG", "POH", "YONG", "CHEE",
        "AHMAD", "ALI", "HASSAN", "ISMAIL", "OSMAN", "KUMAR", "SINGH", "RAJU", "MUTHU", "SAMY", "NAIR", "BAKAR", "HAJI", "ABDULLAH", "DATO", "KELANA", "SEJAHTERA",
    ];

    /// <summary>One word of so many syllables; one in four is an ordinary word instead.</summary>
    public static string Word(Chance chance, int low = 1, int high = 3)
    {
        if (chance.EchoRate > 0 && chance.Words.Count > 0 && chance.Maybe(chance.EchoRate))
        {
            return chance.Words[chance.Int(0, chance.Words.Count - 1)];
        }

        var word = Fresh(chance, low, high);
        chance.Words.Add(word);
        return word;
    }

    private static string Fresh(Chance chance, int low, int high)
    {
        if (chance.Maybe(0.25))
        {
            return chance.Pick(Known);
        }

        var syllables = low == high ? low : chance.Maybe(0.6) ? Math.Clamp(2, low, high) : chance.Int(low, high);
        var word = "";
        for (var i = 0; i < syllables; i++)
        {
            word += chance.Pick(Starts) + chance.Pick(Vowels) + (chance.Maybe(i == syllables - 1 ? 0.55 : 0.2) ? chance.Pick(Ends) : "");
        }

        return word.Length < 2 ? word + chance.Pick("N", "K", "R", "S") : word;
    }

    /// <summary>Several words.</summary>
    public static string Words(Chance chance, int low, int high) =>
        string.Join(' ', Enumerable.Range(0, chance.Int(low, high)).Select(_ => Word(chance)));
}
