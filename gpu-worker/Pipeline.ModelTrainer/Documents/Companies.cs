using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Names of businesses, and the numbers they are registered under.</summary>
internal sealed class Companies(Chance chance, Faker faker)
{
    private static readonly string[] Trades =
    [
        "TRADING", "ENTERPRISE", "HARDWARE", "HARDWARE TRADING", "RESTAURANT", "STATIONERY", "STATIONERY & BOOKS", "BOOK STORE", "BOOKSHOP",
        "BAKERY", "CAFE", "KOPITIAM", "SEAFOOD RESTAURANT", "MINI MARKET", "SUPERMARKET", "MART", "HYPERMARKET", "PHARMACY", "CLINIC",
        "ELECTRICAL", "ELECTRONICS", "MOTOR", "AUTO PARTS", "TYRE SERVICE", "LIGHTING", "GIFTS", "DECORATION", "FURNITURE", "TEXTILE",
        "FASHION", "OPTICAL", "PRINTING", "ADVERTISING", "GARDEN", "NURSERY", "PETROL STATION", "SERVICES", "INDUSTRIES", "RESOURCES",
        "MARKETING", "HOLDINGS", "GROUP", "VENTURES", "RETAIL", "FOOD", "BISTRO", "CATERING", "STEAMBOAT", "NOODLE HOUSE", "GRILL",
        "PAINTS", "TIMBER", "PLASTICS", "PET SHOP", "TOYS", "SPORTS", "COMPUTER", "TELECOMMUNICATION", "LAUNDRY", "SALON", "HOTEL", "CAR PARK",
        "DIY", "HOME CENTRE", "LOGISTICS", "MACHINERY", "EVENTS", "CREATIVE", "COLLECTION", "GALLERY", "WHOLESALE", "DISTRIBUTORS",
    ];

    private static readonly string[] Openers =
        ["RESTORAN", "KEDAI", "SYARIKAT", "PERNIAGAAN", "PASARAYA", "KEDAI MAKAN", "KEDAI BUKU", "KLINIK", "FARMASI", "PERUSAHAAN", "HOTEL", "CAFE", "THE", "RUMAH", "BUTIK"];

    private static readonly string[] Forms =
    [
        "SDN BHD", "SDN BHD", "SDN BHD", "SDN. BHD.", "SDN.BHD.", "S/B", "BHD", "(M) SDN BHD", "(M) SDN. BHD.", "(MALAYSIA) SDN BHD", "MARKETING SDN BHD",
        "LTD", "LTD.", "PTE LTD", "INC.", "INC", "LLC", "CO.", "& CO", "& SONS", "PLC", "GMBH", "B.V.", "CORP", "CORPORATION",
    ];

    public string Name()
    {
        if (chance.EchoRate > 0 && chance.Maybe(0.12))
        {
            var first = MadeUpWords.Word(chance);
            return chance.Int(0, 3) switch
            {
                0 => $"{chance.Pick("MR.", "DR.", "MS")} {chance.Letter()}.{chance.Letter()}.{chance.Letter()}. ({MadeUpWords.Word(chance, 1, 1)}) {chance.Pick(Forms)}",
                1 => $"{first} {first} {MadeUpWords.Word(chance)} {chance.Pick(Trades)}",
                2 => $"{first} CO. ({chance.Letter()}) {chance.Pick("BHD", "SDN BHD", "LTD")}",
                _ => $"{MadeUpWords.Word(chance)} {chance.Pick(Trades)} ({first}) SDN BHD",
            };
        }

        var roll = chance.Double();
        if (roll < 0.07)
        {
            return faker.Company.CompanyName().ToUpperInvariant();
        }

        if (roll < 0.13)
        {
            return $"{faker.Name.LastName()}'S {chance.Pick(Trades)}".ToUpperInvariant();
        }

        var core = Core();
        if (chance.Maybe(0.2))
        {
            core = $"{chance.Pick(Openers)} {core}";
        }

        if (chance.Maybe(0.62))
        {
            core += " " + chance.Pick(Trades);
        }

        if (chance.Maybe(0.04))
        {
            core += $" ({MadeUpWords.Word(chance)})";
        }

        return chance.Maybe(0.5) ? $"{core} {chance.Pick(Forms)}" : core;
    }

    /// <summary>A short name such as stands on a sign.</summary>
    public string Brand() => chance.Maybe(0.5) ? Core() : $"{MadeUpWords.Word(chance)} {chance.Pick(Trades)}";

    /// <summary>A registration number as the law wants it printed.</summary>
    public string Registration()
    {
        var number = chance.Int(0, 4) switch
        {
            0 => $"{chance.Digits(9)}-{chance.Letter()}",
            1 => $"{chance.Digits(7)}-{chance.Letter()}",
            2 => $"{chance.Pick("JM", "SA", "KT", "PG", "CA", "MA")}{chance.Digits(7)}-{chance.Letter()}",
            3 => $"{chance.Digits(12)}",
            _ => $"{chance.Digits(6)}-{chance.Letter()}",
        };
        return chance.Int(0, 11) switch
        {
            0 => $"CO. REG. NO. : {number}",
            1 => $"COMPANY REG NO : {number}",
            2 => $"CO REG NO: {number}",
            3 => $"(CO. REG : {number})",
            4 => $"ROC NO. : {number}",
            5 => $"REG NO {number}",
            6 => $"CO. NO. {number}",
            7 => $"( {number} )",
            _ => $"({number})",
        };
    }

    private string Core() => chance.Int(0, 8) switch
    {
        0 => $"{MadeUpWords.Word(chance)} {MadeUpWords.Word(chance)}",
        1 => $"{chance.Letter()}.{chance.Letter()}. {MadeUpWords.Word(chance)}",
        2 => $"{chance.Letter()}{chance.Letter()} {MadeUpWords.Word(chance)}",
        3 => $"{chance.Int(1, 999)} {MadeUpWords.Word(chance)}",
        4 => $"{MadeUpWords.Word(chance)} {MadeUpWords.Word(chance, 1, 1)} {MadeUpWords.Word(chance, 1, 1)}",
        5 => $"{faker.Name.LastName()} & {faker.Name.LastName()}".ToUpperInvariant(),
        6 => faker.Commerce.Color().ToUpperInvariant() + " " + MadeUpWords.Word(chance),
        7 => $"{faker.Name.LastName()}".ToUpperInvariant(),
        _ => MadeUpWords.Word(chance, 2, 3),
    };
}
