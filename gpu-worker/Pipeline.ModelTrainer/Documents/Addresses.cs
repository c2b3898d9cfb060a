using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Postal addresses, as parts that may be broken into lines anywhere between them.</summary>
internal sealed class Addresses(Chance chance, Faker faker)
{
    private static readonly string[] Towns =
    [
        "KUALA LUMPUR", "PETALING JAYA", "SHAH ALAM", "JOHOR BAHRU", "KLANG", "SUBANG JAYA", "PUCHONG", "KAJANG", "IPOH", "SEREMBAN", "MELAKA",
        "GEORGE TOWN", "BUTTERWORTH", "KUANTAN", "KOTA BHARU", "ALOR SETAR", "KUCHING", "MIRI", "KOTA KINABALU", "SKUDAI", "BATU PAHAT", "MUAR",
        "KLUANG", "SERI KEMBANGAN", "CHERAS", "AMPANG", "RAWANG", "BANTING", "SEPANG", "CYBERJAYA", "PUTRAJAYA", "NILAI", "TAIPING", "TELUK INTAN",
        "SUNGAI PETANI", "KULIM", "BAYAN LEPAS", "SIBU", "SANDAKAN", "TAWAU", "ULU TIRAM", "PASIR GUDANG", "SEMENYIH", "BANGI", "KEPONG", "SUNGAI BULOH",
    ];

    private static readonly string[] States =
    [
        "SELANGOR", "SELANGOR DARUL EHSAN", "SELANGOR D.E.", "JOHOR", "JOHOR DARUL TAKZIM", "PERAK", "PERAK DARUL RIDZUAN", "PULAU PINANG", "PENANG",
        "NEGERI SEMBILAN", "MELAKA", "PAHANG", "KEDAH", "KELANTAN", "TERENGGANU", "SABAH", "SARAWAK", "W.P. KUALA LUMPUR", "WILAYAH PERSEKUTUAN",
        "MALAYSIA", "SELANGOR, MALAYSIA", "KUALA LUMPUR", "JOHOR, MALAYSIA",
    ];

    private static readonly string[] Roads = ["JALAN", "JALAN", "JALAN", "JALAN", "JLN", "LORONG", "PERSIARAN", "LEBUH", "LEBUHRAYA", "JLN.", "LRG", "SOLOK"];

    private static readonly string[] Quarters =
        ["TAMAN", "TAMAN", "TAMAN", "TMN", "BANDAR", "BANDAR BARU", "KAMPUNG", "KG", "DESA", "PUSAT PERNIAGAAN", "PUSAT BANDAR", "KAWASAN PERINDUSTRIAN", "BUKIT", "SEKSYEN", "PLAZA", "WISMA", "MENARA", "PUSAT DAGANGAN", "INDUSTRIAL PARK"];

    /// <summary>The lines of an address, unprinted.</summary>
    public List<string> Lines() => chance.Int(0, 9) switch
    {
        0 => American(),
        1 => European(),
        _ => Malaysian(),
    };

    public List<string> American()
    {
        var street = $"{chance.Int(1, 9999)} {faker.Address.StreetName()}".ToUpperInvariant();
        var town = $"{faker.Address.City()}, {faker.Address.StateAbbr()} {faker.Address.ZipCode("#####")}".ToUpperInvariant();
        List<string> lines = [street];
        if (chance.Maybe(0.25))
        {
            lines.Add(chance.Pick("SUITE ", "STE ", "UNIT ", "FLOOR ") + chance.Int(1, 900));
        }

        if (chance.Maybe(0.15))
        {
            return [string.Join(", ", lines) + ", " + town];
        }

        lines.Add(town);
        return lines;
    }

    public List<string> European()
    {
        var road = MadeUpWords.Word(chance, 2, 3);
        return chance.Int(0, 2) switch
        {
            0 => [$"{chance.Int(1, 300)} {road} {chance.Pick("STREET", "ROAD", "LANE", "AVENUE", "CLOSE")}", $"{MadeUpWords.Word(chance, 2, 3)} {chance.Letter()}{chance.Letter()}{chance.Int(1, 20)} {chance.Int(1, 9)}{chance.Letter()}{chance.Letter()}"],
            1 => [$"{road}{chance.Pick("STRAAT", "WEG", "LAAN", "STRASSE", "GASSE")} {chance.Int(1, 300)}", $"{chance.Digits(4)} {chance.Letter()}{chance.Letter()} {MadeUpWords.Word(chance, 2, 3)}"],
            _ => [$"{chance.Int(1, 200)} {chance.Pick("RUE", "AVENUE", "VIA", "CALLE", "PLACE")} {chance.Pick("DE", "DU", "DELLA", "DEL", "")} {road}".Replace("  ", " ", StringComparison.Ordinal), $"{chance.Digits(5)} {MadeUpWords.Word(chance, 2, 3)}"],
        };
    }

    public List<string> Malaysian()
    {
        List<string> parts = [];
        if (chance.Maybe(0.12))
        {
            parts.Add(chance.Pick("GROUND FLOOR", "1ST FLOOR", "LEVEL 2", "LOWER GROUND FLOOR", "GF", "2ND FLR", "BLOCK B", "LEVEL G"));
        }

        parts.Add(House());
        if (chance.Maybe(0.9))
        {
            parts.Add(Road());
        }

        if (chance.Maybe(0.65))
        {
            parts.Add(Quarter());
        }

        if (chance.Maybe(0.12))
        {
            parts.Add(Quarter());
        }

        var town = chance.Maybe(0.65) ? chance.Pick(Towns) : MadeUpWords.Words(chance, 1, 2);
        if (chance.Maybe(0.93))
        {
            parts.Add(chance.Int(10000, 98999) + chance.Pick(" ", " ", " ", ", ", ",", "  ") + town);
        }
        else
        {
            parts.Add(town);
        }

        if (chance.Maybe(0.55))
        {
            parts.Add(chance.Pick(States));
        }

        if (chance.Maybe(0.06))
        {
            parts.Add("MALAYSIA");
        }

        return Break(parts);
    }

    private string House()
    {
        var number = chance.Int(1, chance.Pick(30, 200, 2000));
        if (chance.EchoRate > 0 && chance.Maybe(0.25))
        {
            return chance.Int(0, 2) switch
            {
                0 => $"LOT {number}-A & {number}-B",
                1 => $"NO. {number}G&{number + 2}G",
                _ => $"NO.{number}, {number}A & {number}B",
            };
        }

        var mark = chance.Pick("NO ", "NO. ", "NO.", "NO:", "NO", "", "", "LOT ", "LOT NO. ", "UNIT ", "LOT", "NO, ");
        return chance.Int(0, 8) switch
        {
            0 => $"{mark}{number}-{chance.Int(1, 20)}",
            1 => $"{mark}{chance.Letter()}-{chance.Int(1, 20)}-{chance.Int(1, 30)}",
            2 => $"{mark}{number}{chance.Letter()}",
            3 => $"{mark}{number} & {number + 2}",
            4 => $"{mark}{number}, {number + 2} & {number + 4}",
            5 => $"{chance.Pick("LOT ", "LOT P.T. ", "PT ", "LOT NO. ")}{chance.Letter()}{chance.Int(1, 9)}.{chance.Int(1, 40)}",
            _ => $"{mark}{number}",
        };
    }

    private string Road()
    {
        if (chance.EchoRate > 0 && chance.Maybe(0.3))
        {
            var same = chance.Int(1, 30);
            return $"{chance.Pick(Roads)} {MadeUpWords.Word(chance)} {same}/{chance.Pick(same, chance.Int(1, 30))}, {chance.Pick("SEKSYEN", "SECTION", "FASA", "TAMAN " + MadeUpWords.Word(chance))} {same}";
        }

        var name = chance.Int(0, 6) switch
        {
            0 => $"SS {chance.Int(1, 25)}/{chance.Int(1, 99)}",
            1 => $"{chance.Pick("PJU", "USJ", "PJS", "BP", "U", "SG", "PUJ")} {chance.Int(1, 20)}/{chance.Int(1, 40)}{(chance.Maybe(0.3) ? chance.Letter() : "")}",
            2 => $"{MadeUpWords.Word(chance)} {chance.Int(1, 30)}",
            3 => $"{MadeUpWords.Word(chance)} {chance.Int(1, 30)}/{chance.Int(1, 30)}",
            _ => MadeUpWords.Words(chance, 1, 3),
        };
        return $"{chance.Pick(Roads)} {name}";
    }

    private string Quarter()
    {
        var quarter = chance.Pick(Quarters);
        return quarter == "SEKSYEN" ? $"SEKSYEN {chance.Int(1, 40)}" : $"{quarter} {MadeUpWords.Words(chance, 1, 2)}";
    }

    // Joins parts with this printer's separator and starts a new line at some of them.
    private List<string> Break(List<string> parts)
    {
        var separator = chance.Pick(", ", ", ", ", ", ",", " ", " ", ". ");
        var mark = separator.TrimEnd();
        var marksEnds = chance.Maybe(0.7);
        var breaks = chance.Pick(0.15, 0.4, 0.55, 0.55, 0.7, 0.9);
        List<string> lines = [];
        var line = parts[0];
        foreach (var part in parts.Skip(1))
        {
            // A house number hardly ever stands alone on its line.
            var limit = line.Length < 9 ? breaks * 0.15 : breaks;
            if (chance.Maybe(limit) || line.Length > 42)
            {
                lines.Add(marksEnds ? line + mark : line);
                line = part;
            }
            else
            {
                line += (chance.Maybe(0.93) ? separator : " ") + part;
            }
        }

        lines.Add(chance.Maybe(0.25) ? line + chance.Pick(".", ".", ",") : line);
        return lines;
    }
}
