using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>
/// Makes up documents. A document depends on the seed and its index alone. Not for use by several threads at once.
/// </summary>
internal sealed class DocumentMaker(long seed)
{
    private readonly Faker[] fakers = [new Faker("en"), new Faker("en_GB"), new Faker("en_IND"), new Faker("id_ID"), new Faker("nl")];

    /// <summary>Makes the document with this index.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="size">From 0, as short as can be, to 1, as long as real ones.</param>
    /// <param name="kind">Its kind; null to draw one.</param>
    /// <param name="echoes">How often a word comes again; above 0 numbers and lines may, too, as they do in real ones.</param>
    public MadeUpDocument Make(long index, double size = 1, DocumentKind? kind = null, double echoes = 0.3)
    {
        var chance = new Chance(seed, index) { EchoRate = echoes };
        var faker = chance.Pick(fakers);
        faker.Random = new Randomizer(chance.Seed);
        var roll = chance.Double();
        return (kind ?? (roll < 0.74 ? DocumentKind.Receipt : roll < 0.91 ? DocumentKind.Invoice : DocumentKind.Letter)) switch
        {
            DocumentKind.Invoice => new InvoiceWriter(chance, faker, size).Write(),
            DocumentKind.Letter => new LetterWriter(chance, faker, size).Write(),
            _ => new ReceiptWriter(chance, faker, size).Write(),
        };
    }
}
