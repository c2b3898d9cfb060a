using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Names of things that are sold.</summary>
internal sealed class Goods(Chance chance, Faker faker)
{
    private static readonly string[] Things =
    [
        "NASI LEMAK", "TEH O ICE", "KOPI", "MILO AIS", "ROTI", "MEE GORENG", "NASI AYAM", "FRIED RICE", "CHICKEN CHOP", "FISH BALL", "TOMYAM", "VEGETABLE",
        "NOODLE", "MINERAL WATER", "ICED LEMON TEA", "LATTE", "CAPPUCCINO", "CHEESE CAKE", "SLICE CAKE", "BUN", "DONUT", "SALAD", "SOUP", "BURGER SET",
        "SCREW", "NAILS", "PVC PIPE", "ELBOW", "PAINT BRUSH", "PAINT", "CEMENT", "SAND", "WIRE", "CABLE", "BULB", "LED LAMP", "SWITCH", "PLUG", "SOCKET",
        "TAPE", "GLUE", "HAMMER", "DRILL BIT", "LOCK", "HINGE", "ROPE", "HOSE", "TAP", "VALVE", "BATTERY", "TORCH", "BLADE", "SAW",
        "PEN", "PENCIL", "ERASER", "PAPER", "FILE", "NOTEBOOK", "ENVELOPE", "STAPLER", "MARKER", "RULER", "INK", "TONER", "PHOTOCOPY", "BINDING",
        "RICE", "SUGAR", "FLOUR", "COOKING OIL", "EGGS", "MILK", "BREAD", "BISCUIT", "SNACK", "CANDY", "CHOCOLATE", "COFFEE", "TEA", "JUICE", "SAUCE",
        "SHAMPOO", "SOAP", "TOOTHPASTE", "TISSUE", "DETERGENT", "BLEACH", "TOWEL", "DIAPERS", "VITAMIN", "PANADOL", "PLASTER", "MASK",
        "SHIRT", "PANTS", "SHOES", "SOCKS", "BAG", "BELT", "CAP", "WATCH", "FRAME", "POSTER", "TOY CAR", "DOLL", "BALL", "PUZZLE", "CARD", "GIFT BOX",
        "DIESEL", "PETROL", "ENGINE OIL", "FILTER", "TYRE", "WIPER", "SERVICE", "DELIVERY", "PARKING", "TICKET", "ROOM CHARGE", "CHAIR", "TABLE", "SHELF",
    ];

    private static readonly string[] Sorts =
        ["BIG", "SMALL", "L", "M", "S", "XL", "RED", "BLUE", "WHITE", "BLACK", "NEW", "HOT", "COLD", "ICE", "SPECIAL", "SET A", "COMBO", "PREMIUM", "ORIGINAL", "MIX", "BIRU", "BESAR", "KECIL", "GREEN", "STEEL", "PLASTIC"];

    private static readonly string[] Units = ["G", "KG", "ML", "L", "PCS", "MM", "CM", "M", "S", "X", "PKT", "W", "V", "\"", "FT", "GSM"];

    public string Name()
    {
        var name = chance.Int(0, 6) switch
        {
            0 => $"{MadeUpWords.Word(chance)} {chance.Pick(Things)}",
            1 => $"{chance.Pick(Sorts)} {chance.Pick(Things)}",
            2 => $"{chance.Pick(Things)} {chance.Pick(Sorts)}",
            3 => faker.Commerce.ProductName().ToUpperInvariant(),
            4 => MadeUpWords.Words(chance, 1, 3),
            _ => chance.Pick(Things),
        };
        if (chance.Maybe(0.35))
        {
            name += $" {chance.Int(1, chance.Pick(9, 50, 999))}{chance.Pick(Units)}";
        }

        return chance.Int(0, 14) switch
        {
            0 => $"{name} ({MadeUpWords.Word(chance, 1, 1)})",
            1 => $"- {name}",
            2 => $"{name}/{chance.Pick(Sorts)}",
            3 => $"{chance.Letter()}{chance.Digits(3)} {name}",
            4 => $"*{name}",
            _ => name,
        };
    }

    public string Code() => chance.Int(0, 4) switch
    {
        0 => chance.Digits(13),
        1 => chance.Digits(chance.Int(3, 6)),
        2 => $"{chance.Letter()}{chance.Letter()}{chance.Digits(4)}",
        3 => $"{chance.Letter()}{chance.Digits(3)}-{chance.Digits(2)}",
        _ => chance.Digits(12),
    };
}
