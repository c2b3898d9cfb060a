using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    /// <summary>What Jinja's sandbox allows.</summary>
    private const long LongestRange = 100_000;

    public static void Define(Scope scope, TimeProvider time)
    {
        scope.Set("raise_exception", (TemplateFunction)(a =>
            throw new TemplateRenderException(PythonText.Str(a.Require(0, "message"))) { IsRefusal = true, IsLocated = true }));
        scope.Set("strftime_now", (TemplateFunction)(a => StrfTime.Format(time.GetLocalNow(), a.Text(0, "format"))));
        scope.Set("range", (TemplateFunction)Range);
        scope.Set("namespace", (TemplateFunction)MakeNamespace);
        scope.Set("dict", (TemplateFunction)MakeMapping);
    }

    private static List<object?> Range(Arguments arguments)
    {
        bool one = arguments.Positional.Count == 1;
        long start = one ? 0 : arguments.Integer(0, "start");
        long stop = arguments.Integer(one ? 0 : 1, "stop");
        long step = arguments.Integer(2, "step", 1);
        if (step == 0)
        {
            throw new TemplateRenderException("A range's step cannot be 0");
        }
        List<object?> numbers = [];
        for (long i = start; step > 0 ? i < stop : i > stop; i += step)
        {
            if (numbers.Count == LongestRange)
            {
                throw new TemplateRenderException($"A range has at most {LongestRange} numbers");
            }
            numbers.Add(i);
        }
        return numbers;
    }

    private static Namespace MakeNamespace(Arguments arguments)
    {
        var result = new Namespace();
        foreach ((string name, object? value) in MakeMapping(arguments).Named())
        {
            result.Attributes[name] = value;
        }
        return result;
    }

    private static Mapping MakeMapping(Arguments arguments)
    {
        Mapping result = arguments.Positional switch
        {
            [] => new Mapping(),
            [Mapping given] => new Mapping(given),
            _ => throw new TemplateRenderException("A mapping or named arguments are needed"),
        };
        foreach ((string name, object? value) in arguments.Named)
        {
            result[name] = value;
        }
        return result;
    }
}
