using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>A test: what stands before <c>is</c>, and the test's arguments.</summary>
internal delegate bool Test(object? value, Arguments arguments);

/// <summary>All tests by name, as Jinja has them.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Test> ByName = new()
    {
        ["defined"] = (value, _) => value is not Undefined,
        ["undefined"] = (value, _) => value is Undefined,
        ["none"] = (value, _) => value is null,
        ["string"] = (value, _) => value is string,
        ["mapping"] = (value, _) => value is Mapping,
        ["sequence"] = (value, _) => value is string or List<object?> or Mapping,
        ["iterable"] = (value, _) => value is string or List<object?> or Mapping or Undefined,
        ["number"] = (value, _) => value is long or double or bool,
        ["integer"] = (value, _) => value is long,
        ["float"] = (value, _) => value is double,
        ["boolean"] = (value, _) => value is bool,
        ["true"] = (value, _) => value is true,
        ["false"] = (value, _) => value is false,
        ["callable"] = (value, _) => value is TemplateFunction,
        ["odd"] = (value, _) => Values.AsInteger(value) % 2 != 0,
        ["even"] = (value, _) => Values.AsInteger(value) % 2 == 0,
        ["divisibleby"] = (value, a) => Operators.AreEqual(Operators.Apply("%", value, a.Require(0, "num")), 0L),
        ["lower"] = (value, _) => StringMethods.IsCased(PythonText.Str(value), char.IsLower),
        ["upper"] = (value, _) => StringMethods.IsCased(PythonText.Str(value), char.IsUpper),
        ["in"] = (value, a) => Operators.Contains(a.Require(0, "seq"), value),
        ["sameas"] = (value, a) => Same(value, a.Require(0, "other")),
        ["eq"] = Compare("=="),
        ["equalto"] = Compare("=="),
        ["ne"] = Compare("!="),
        ["lt"] = Compare("<"),
        ["lessthan"] = Compare("<"),
        ["le"] = Compare("<="),
        ["gt"] = Compare(">"),
        ["greaterthan"] = Compare(">"),
        ["ge"] = Compare(">="),
    };

    public static bool Exists(string name) => ByName.ContainsKey(name);

    public static Test Find(string name) => name is "==" or "!=" or "<" or "<=" or ">" or ">=" ? Compare(name)
        : ByName.TryGetValue(name, out Test? test) ? test
        : throw new TemplateRenderException($"There is no test '{name}'");

    private static Test Compare(string op) => (value, arguments) => Operators.Compare(op, value, arguments.Require(0, "other"));

    private static bool Same(object? left, object? right) =>
        left?.GetType() == right?.GetType() && (ReferenceEquals(left, right) || (left is not null and (bool or long or string) && left.Equals(right)));
}
