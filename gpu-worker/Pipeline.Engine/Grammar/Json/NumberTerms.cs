using System.Globalization;
using System.Numerics;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>
/// Numbers within bounds, figure by figure. Those that are bound have no exponent. A step of a power of ten below 1 bounds the
/// decimals; a whole one leaves whole numbers, by the remainder of what has been read.
/// </summary>
internal static class NumberTerms
{
    private const int LargestStep = 1000;

    private static readonly Term Digit = new CharactersTerm(CharacterClasses.Digits);

    /// <summary>Whole numbers within bounds.</summary>
    public static Term Integers(NumberBounds bounds)
    {
        if (bounds.IsEmpty)
        {
            return JsonTerms.AnyInteger;
        }

        BigInteger limit = BigInteger.Pow(10, JsonTerms.MostMoreDigits + 1) - 1;
        BigInteger? least = bounds.Least is { } low ? new BigInteger(Math.Ceiling(low)) + (bounds.AboveLeast && low == decimal.Truncate(low) ? 1 : 0) : null;
        BigInteger? most = bounds.Most is { } high ? new BigInteger(Math.Floor(high)) - (bounds.BelowMost && high == decimal.Truncate(high) ? 1 : 0) : null;
        Term all = Between(
            least ?? -BigInteger.Max(limit, -10 * (most ?? 0)), most ?? BigInteger.Max(limit, 10 * (least ?? 0)));
        List<int> steps = [.. bounds.Steps.Where(step => step > 1).Select(step => (int)step)];
        return steps.Count == 0 ? all
            : new AutomatonTerm(steps.Aggregate(TextAutomatonBuilder.Build(all), (numbers, step) => numbers.Intersect(MultiplesOf(step))));
    }

    /// <summary>Numbers within bounds, whole or not.</summary>
    public static Term Numbers(NumberBounds bounds)
    {
        if (bounds.IsEmpty)
        {
            return JsonTerms.AnyNumber;
        }

        if (bounds.Steps.Any(step => step >= 1))
        {
            return Integers(bounds);
        }

        int decimals = bounds.Steps.Select(step => (int)step.Scale).DefaultIfEmpty(JsonTerms.MostDecimals).Min();
        (decimal? least, decimal? most) = (bounds.Least, bounds.Most);
        // Below zero the same, mirrored: what is least there has the largest figures.
        Term above = most is { } top && (top < 0 || (top == 0 && bounds.BelowMost)) ? Term.Never
            : Magnitudes(least is > 0 ? least : null, bounds.AboveLeast, most, bounds.BelowMost, decimals, zero: least is not { } floor || floor < 0 || (floor == 0 && !bounds.AboveLeast));
        Term below = least is >= 0 ? Term.Never
            : Term.Then(Term.Text("-"), Magnitudes(most is < 0 ? -most : null, bounds.BelowMost, -least, bounds.AboveLeast, decimals, zero: most is not { } ceiling || ceiling > 0 || (ceiling == 0 && !bounds.BelowMost)));
        return Term.OneOf(above, below);
    }

    /// <summary>Whole numbers from one to another.</summary>
    public static Term Between(BigInteger least, BigInteger most)
    {
        List<Term> options = [];
        if (least < 0 && most >= least)
        {
            options.Add(Term.Then(Term.Text("-"), Naturals(BigInteger.Max(1, -most), -least)));
        }

        if (most >= 0)
        {
            options.Add(Naturals(BigInteger.Max(0, least), most));
        }

        return Term.OneOf([.. options]);
    }

    /// <summary>A step that is supported.</summary>
    /// <exception cref="GrammarException">It is not.</exception>
    public static decimal CheckStep(SchemaLocation step) =>
        step.Number() is var number && ((number is > 0 and <= LargestStep && number == decimal.Truncate(number)) || IsPowerOfTen(number))
            ? number : throw step.Error($"As 'multipleOf' only whole numbers up to {LargestStep} and 0.1, 0.01 and so on are supported.");

    private static bool IsPowerOfTen(decimal step) =>
        step > 0 && step.ToString(CultureInfo.InvariantCulture).Trim('0', '.') == "1" && step <= 1;

    /// <summary>Figures, after a sign or none, whose number leaves no remainder. The first state is the start, those after it are remainders.</summary>
    private static TextAutomaton MultiplesOf(int step) => new(
    [
        new TextState(false, [(CodePointSet.One('-'), 1), .. Remainders(step, 0)]),
        .. Enumerable.Range(0, step).Select(remainder => new TextState(remainder == 0, [.. Remainders(step, remainder)])),
    ]);

    private static IEnumerable<(CodePointSet, int)> Remainders(int step, int remainder) =>
        Enumerable.Range(0, 10).Select(digit => (CodePointSet.One('0' + digit), 1 + (((10 * remainder) + digit) % step)));

    private static Term Naturals(BigInteger least, BigInteger most)
    {
        List<Term> options = [];
        for (int length = least.ToString(CultureInfo.InvariantCulture).Length; most >= least && length <= most.ToString(CultureInfo.InvariantCulture).Length; length++)
        {
            BigInteger first = BigInteger.Max(least, length == 1 ? 0 : BigInteger.Pow(10, length - 1));
            BigInteger last = BigInteger.Min(most, BigInteger.Pow(10, length) - 1);
            options.Add(SameLength(first.ToString(CultureInfo.InvariantCulture), last.ToString(CultureInfo.InvariantCulture)));
        }

        return Term.OneOf([.. options]);
    }

    private static Term SameLength(string first, string last)
    {
        if (first.All(digit => digit == '0') && last.All(digit => digit == '9'))
        {
            return Digit.Times(first.Length, first.Length);
        }

        if (first[0] == last[0])
        {
            return Term.Then(Term.Text(first[..1]), first.Length == 1 ? Term.Empty : SameLength(first[1..], last[1..]));
        }

        if (first.Length == 1)
        {
            return Digits(first[0], last[0]);
        }

        int rest = first.Length - 1;
        return Term.OneOf(
            Term.Then(Term.Text(first[..1]), SameLength(first[1..], new string('9', rest))),
            Term.Then(Digits((char)(first[0] + 1), (char)(last[0] - 1)), Digit.Times(rest, rest)),
            Term.Then(Term.Text(last[..1]), SameLength(new string('0', rest), last[1..])));
    }

    private static Term Digits(char first, char last) => first > last ? Term.Never : new CharactersTerm(CodePointSet.Of((first, last)));

    /// <summary>Numbers without sign within bounds; from zero on where there is no least, zero itself as said.</summary>
    private static AutomatonTerm Magnitudes(decimal? least, bool aboveLeast, decimal? most, bool belowMost, int decimals, bool zero)
    {
        Term from = least is { } low ? AtLeast(low, aboveLeast, decimals) : AtLeast(0, above: !zero, decimals);
        TextAutomaton bounded = TextAutomatonBuilder.Build(from).Intersect(TextAutomatonBuilder.Build(Term.Then(Digit.Times(1, null), AnyDecimals(decimals))));
        return new AutomatonTerm(
            most is { } high ? bounded.Intersect(TextAutomatonBuilder.Build(AtMost(high, belowMost, decimals))) : bounded);
    }

    private static Term AtLeast(decimal least, bool above, int decimals)
    {
        (BigInteger whole, string fraction) = Split(least);
        BigInteger limit = BigInteger.Max(BigInteger.Pow(10, JsonTerms.MostMoreDigits + 1) - 1, 10 * whole);
        Term equal = fraction.Length > 0 ? Point(NotBelow(fraction, above, decimals))
            : above ? Point(Term.Then(Term.Text("0").Times(0, Math.Max(0, decimals - 1)), Digits('1', '9'), Digit.Times(0, decimals)), decimals)
            : AnyDecimals(decimals);
        return Term.OneOf(Term.Then(Naturals(whole + 1, limit), AnyDecimals(decimals)), Term.Then(Naturals(whole, whole), equal));
    }

    private static Term AtMost(decimal most, bool below, int decimals)
    {
        (BigInteger whole, string fraction) = Split(most);
        Term equal = fraction.Length > 0 ? Term.OneOf(Term.Empty, Point(NotAbove(fraction, below, decimals)))
            : below ? Term.Never
            : Term.OneOf(Term.Empty, Point(Term.Text("0").Times(1, Math.Max(1, decimals)), decimals));
        return Term.OneOf(Term.Then(Naturals(0, whole - 1), AnyDecimals(decimals)), Term.Then(Naturals(whole, whole), equal));
    }

    private static (BigInteger Whole, string Fraction) Split(decimal number)
    {
        string[] parts = number.ToString(CultureInfo.InvariantCulture).Split('.');
        return (BigInteger.Parse(parts[0], CultureInfo.InvariantCulture), parts.Length > 1 ? parts[1].TrimEnd('0') : "");
    }

    private static Term AnyDecimals(int decimals) => decimals == 0 ? Term.Empty : Point(Digit.Times(1, decimals)).Maybe();

    private static Term Point(Term decimals, int room = 1) => room == 0 ? Term.Never : Term.Then(Term.Text("."), decimals);

    private static Term NotBelow(string fraction, bool above, int room) => room <= 0 ? Term.Never : Term.OneOf(
        Term.Then(Digits((char)(fraction[0] + 1), '9'), Digit.Times(0, room - 1)),
        Term.Then(Term.Text(fraction[..1]), fraction.Length > 1 ? NotBelow(fraction[1..], above, room - 1)
            : above ? Term.Then(Term.Text("0").Times(0, room), Digits('1', '9'), Digit.Times(0, room)) : Digit.Times(0, room - 1)));

    private static Term NotAbove(string fraction, bool below, int room) => room <= 0 ? Term.Never : Term.OneOf(
        Term.Then(Digits('0', (char)(fraction[0] - 1)), Digit.Times(0, room - 1)),
        Term.Then(Term.Text(fraction[..1]), fraction.Length > 1 ? Term.OneOf(Term.Empty, NotAbove(fraction[1..], below, room - 1))
            : below ? Term.Never : Term.Text("0").Times(0, room - 1)));
}
