using System.Globalization;
using Bogus;
using Pipeline.ModelTrainer.Documents;

namespace Pipeline.ModelTrainer.Prompts;

/// <summary>
/// Short exercises for the first steps of training: to repeat a text, and to look values up. Nearly every token of
/// an answer can be had by copying alone, so a model finds copying in them much sooner than in whole documents.
/// </summary>
internal sealed class Exercises(long seed)
{
    private readonly Faker faker = new("en");

    /// <summary>Makes the exercise with this index.</summary>
    public Extraction Make(long index)
    {
        var chance = new Chance(seed, index);
        faker.Random = new Randomizer(chance.Seed);
        return chance.Maybe(0.6) ? Repeat(chance) : LookUp(chance);
    }

    private Extraction Repeat(Chance chance)
    {
        var texts = Enumerable.Range(0, chance.Int(1, 4)).Select(_ => Text(chance)).ToArray();
        var instruction = chance.Pick("Repeat this text.", "Copy the text below exactly.", "Write this again on one line.", "Repeat.");

        // As with an address, lines are joined by spaces.
        return new Extraction(null, $"{instruction}\n\n{string.Join('\n', texts)}", string.Join(' ', texts));
    }

    private Extraction LookUp(Chance chance)
    {
        var fields = Enumerable.Range(0, chance.Int(2, 6)).Select(_ => new Field(MadeUpWords.Word(chance), Text(chance))).DistinctBy(f => f.Name).ToArray();
        var separator = chance.Pick(": ", " : ", " ", "  ", "\n");
        var list = string.Join('\n', fields.Select(f => f.Name + separator + f.Value));
        chance.Shuffle(fields.AsSpan());
        var asked = fields[..chance.Int(1, Math.Min(3, fields.Length))];
        return new Extraction(
            null, $"Extract the fields {string.Join(", ", asked.Select(f => f.Name))} as JSON.\n\n{list}", AnswerJson.Write(asked));
    }

    private string Text(Chance chance) => chance.Int(0, 6) switch
    {
        0 => new Companies(chance, faker).Name(),
        1 => string.Join(' ', new Addresses(chance, faker).Lines()),
        2 => Dates.Day(chance, Dates.Moment(chance)),
        3 => (chance.Int(100, 999999) / 100m).ToString("0.00", CultureInfo.InvariantCulture),
        4 => chance.Digits(chance.Int(3, 12)),
        5 => MadeUpWords.Words(chance, 2, 6),
        _ => new Goods(chance, faker).Name(),
    };
}
