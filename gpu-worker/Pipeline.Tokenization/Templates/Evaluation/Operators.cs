namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>Python's operators over template values.</summary>
internal static class Operators
{
    public static object? Apply(string op, object? left, object? right)
    {
        try
        {
            return op switch
            {
                "~" => Concatenate(PythonText.Str(left), PythonText.Str(right)),
                "+" when left is string a && right is string b => Concatenate(a, b),
                "+" when left is List<object?> a && right is List<object?> b => Concatenate(a, b),
                "*" when left is string or List<object?> && right is long or bool => Repeat(left, Values.AsInteger(right)),
                "*" when right is string or List<object?> && left is long or bool => Repeat(right, Values.AsInteger(left)),
                _ => Calculate(op, left, right),
            };
        }
        catch (OverflowException)
        {
            throw new TemplateRenderException($"The result of '{op}' is too large");
        }
    }

    private static string Concatenate(string left, string right)
    {
        Limits.CheckText((long)left.Length + right.Length);
        return left + right;
    }

    private static List<object?> Concatenate(List<object?> left, List<object?> right)
    {
        Limits.CheckList((long)left.Count + right.Count);
        return [.. left, .. right];
    }

    public static object Negate(object? value) => value switch
    {
        double number => (object)-number,
        long or bool => -Values.AsInteger(value),
        _ => throw new TemplateRenderException($"'-' does not work on {Values.TypeName(value)}"),
    };

    public static bool AreEqual(object? left, object? right)
    {
        Limits.CheckStack();
        if (Values.TryNumber(left, out double a) && Values.TryNumber(right, out double b))
        {
            return left is double || right is double ? a == b : Values.AsInteger(left) == Values.AsInteger(right);
        }
        return (left, right) switch
        {
            (null, null) => true,
            (string x, string y) => x == y,
            (List<object?> x, List<object?> y) => x.Count == y.Count && x.Zip(y).All(pair => AreEqual(pair.First, pair.Second)),
            (Mapping x, Mapping y) => x.Count == y.Count
                && x.All(entry => y.TryGetValue(entry.Key, out object? other) && AreEqual(entry.Value, other)),
            (Undefined, Undefined) => true,
            _ => ReferenceEquals(left, right) && left is not null,
        };
    }

    /// <summary>Less than zero, zero or more, for what has an order.</summary>
    public static int Order(object? left, object? right)
    {
        Limits.CheckStack();
        if (Values.TryNumber(left, out double a) && Values.TryNumber(right, out double b))
        {
            return left is double || right is double ? a.CompareTo(b) : Values.AsInteger(left).CompareTo(Values.AsInteger(right));
        }
        if (left is string x && right is string y)
        {
            return string.CompareOrdinal(x, y);
        }
        if (left is List<object?> first && right is List<object?> second)
        {
            foreach ((object? p, object? q) in first.Zip(second))
            {
                if (!AreEqual(p, q))
                {
                    return Order(p, q);
                }
            }
            return first.Count.CompareTo(second.Count);
        }
        throw new TemplateRenderException($"{Values.TypeName(left)} and {Values.TypeName(right)} have no order");
    }

    public static bool Contains(object? container, object? value) => container switch
    {
        string text when value is string part => text.Contains(part, StringComparison.Ordinal),
        List<object?> list => list.Exists(item => AreEqual(item, value)),
        Mapping mapping => mapping.TryFind(value, out _),
        Undefined => false,
        _ => throw new TemplateRenderException($"'in' does not work with {Values.TypeName(value)} in {Values.TypeName(container)}"),
    };

    public static bool Compare(string op, object? left, object? right) => op switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        "<" => Order(left, right) < 0,
        "<=" => Order(left, right) <= 0,
        ">" => Order(left, right) > 0,
        _ => Order(left, right) >= 0,
    };

    private static object Calculate(string op, object? left, object? right)
    {
        if (!Values.TryNumber(left, out double a) || !Values.TryNumber(right, out double b))
        {
            throw new TemplateRenderException($"'{op}' does not work on {Values.TypeName(left)} and {Values.TypeName(right)}");
        }
        if (op is "/" or "//" or "%" && b == 0)
        {
            throw new TemplateRenderException("Division by zero");
        }
        if (op == "/" || left is double || right is double || (op == "**" && b < 0))
        {
            return op switch
            {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                "//" => Math.Floor(a / b),
                "%" => a - (b * Math.Floor(a / b)),
                _ => Math.Pow(a, b),
            };
        }
        long x = Values.AsInteger(left), y = Values.AsInteger(right);
        return checked(op switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "//" => FloorDivide(x, y),
            "%" => x - (y * FloorDivide(x, y)),
            _ => Power(x, y),
        });
    }

    private static long FloorDivide(long x, long y)
    {
        long quotient = checked(x / y);
        return x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long x, long y)
    {
        double size = Math.Pow(x, y);
        return Math.Abs(size) < 9e15 ? (long)size : throw new OverflowException();
    }

    private static object Repeat(object? value, long times)
    {
        long length = Math.Max(1, value is string s ? s.Length : ((List<object?>)value!).Count);
        long most = (value is string ? Limits.LongestText : Limits.LongestList) / length;
        int count = (int)(times <= most ? Math.Max(0, times) : throw new OverflowException());
        return value is string text
            ? string.Concat(Enumerable.Repeat(text, count))
            : Enumerable.Repeat((List<object?>)value!, count).SelectMany(list => list).ToList();
    }
}
