using System.Text;
using System.Text.Json;
using Pipeline.Engine.Grammar.Automata;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>Makes a language of a JSON schema: every text of it is JSON that the schema accepts. Not thread-safe.</summary>
internal sealed class SchemaCompiler
{
    /// <summary>More combinations of alternatives than this would take longer to make than a request is worth.</summary>
    private const int MostAlternatives = 2000;

    private readonly JsonTerms _json;
    private readonly ShapeReader _reader;
    private readonly ObjectTerms _objects;
    private readonly ArrayTerms _arrays;
    private readonly ExclusiveAlternatives _exclusive;
    private readonly Dictionary<string, Rule> _rules = [];
    private int _alternatives;

    private SchemaCompiler(JsonElement root, bool compact)
    {
        _json = new JsonTerms(compact);
        _reader = new ShapeReader(new SchemaReferences(root));
        _exclusive = new ExclusiveAlternatives(_reader);
        _objects = new ObjectTerms(this, _json);
        _arrays = new ArrayTerms(this, _json);
    }

    /// <summary>The language of a schema.</summary>
    /// <param name="root">The schema.</param>
    /// <param name="compact">Whether white space is not allowed at all.</param>
    /// <exception cref="GrammarException">The schema is damaged, or asks for what is not supported.</exception>
    public static Rule Compile(JsonElement root, bool compact)
    {
        var compiler = new SchemaCompiler(root, compact);
        return new Rule("root") { Body = compiler.Compile([new SchemaLocation(root, "")]) };
    }

    /// <summary>The language of any object.</summary>
    public static Rule AnyObject(bool compact) => new("root") { Body = new JsonTerms(compact).AnyObject };

    /// <summary>What schemas allow that all have to hold: the same rule for the same schemas, so that they may contain themselves.</summary>
    /// <exception cref="GrammarException">One is damaged, or asks for what is not supported.</exception>
    internal Term Compile(IReadOnlyList<SchemaLocation> schemas)
    {
        string key = string.Join('\n', schemas.Select(schema => schema.Path).Distinct());
        if (schemas.Count == 0)
        {
            return _json.Value.Call;
        }

        if (!_rules.TryGetValue(key, out Rule? rule))
        {
            _rules.Add(key, rule = new Rule(schemas[0].Path is { Length: > 0 } path ? path : "root"));
            rule.Body = Compile(_reader.Read(schemas), schemas[0].Path);
        }

        return rule.Call;
    }

    private Term Compile(SchemaShape shape, string path)
    {
        if (shape.Groups.Count == 0)
        {
            return shape.Values is { } values ? Values(shape, values, path) : Types(shape, path);
        }

        Alternatives group = shape.Groups[0];
        if (group.IsExclusive)
        {
            _exclusive.Check(group, shape);
        }

        List<Term> options = [];
        foreach (SchemaLocation option in group.Options)
        {
            if (++_alternatives > MostAlternatives)
            {
                throw new GrammarException(path, $"More than {MostAlternatives} combinations of alternatives are not supported.");
            }

            if (shape.Groups.Count == 1 && shape.IsPlain && shape is { NamesTypes: false, Values: null })
            {
                options.Add(Compile([option]));
                continue;
            }

            SchemaShape copy = shape.Copy();
            copy.Groups.RemoveAt(0);
            _reader.Add(copy, option);
            options.Add(Compile(copy, option.Path));
        }

        return Term.OneOf([.. options]);
    }

    private Term Types(SchemaShape shape, string path)
    {
        JsonTypes types = shape.AllowedTypes;
        List<Term> options = [];
        if (types == JsonTypes.All && shape.IsPlain)
        {
            return _json.Value.Call;
        }

        Add(JsonTypes.Object, () => shape.Layers.Count == 0 ? _json.AnyObject : _objects.Of(shape, path));
        Add(JsonTypes.Array, () => shape.Arrays.Count == 0 ? _json.AnyArray : _arrays.Of(shape));
        Add(JsonTypes.String, () => StringTerms.Of(shape));
        options.AddRange((types & JsonTypes.Number) switch
        {
            JsonTypes.Number => [NumberTerms.Numbers(shape.Numbers)],
            JsonTypes.Integer => [NumberTerms.Integers(shape.Numbers)],
            _ => (Term[])[],
        });
        Add(JsonTypes.Boolean, () => Term.OneOf(Term.Text("true"), Term.Text("false")));
        Add(JsonTypes.Null, () => Term.Text("null"));
        return Term.OneOf([.. options]);

        void Add(JsonTypes type, Func<Term> make)
        {
            if ((types & type) != 0)
            {
                options.Add(make());
            }
        }
    }

    /// <summary>Given values, as far as all else that is said allows them.</summary>
    private Term Values(SchemaShape shape, List<JsonElement> values, string path)
    {
        List<JsonElement> typed = [.. values.Where(value => (shape.Types & JsonTypeNames.Of(value)) != 0)];
        List<JsonElement> bound = [.. typed.Where(value => (shape.Mentioned & JsonTypeNames.Of(value)) != 0)];
        if (bound.Exists(value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
        {
            throw new GrammarException($"{path}.enum", "Given objects and arrays are not permitted beside other keywords for them.");
        }

        if (bound.Count > 0)
        {
            SchemaShape rest = shape.Copy();
            rest.Values = null;
            rest.NamesTypes = true;
            rest.Types = bound.Aggregate(JsonTypes.None, (all, value) => all | JsonTypeNames.Of(value));
            PushdownAutomaton automaton = new(GraphBuilder.Build(new Rule("values") { Body = Types(rest, path) }), long.MaxValue);
            typed.RemoveAll(value => bound.Contains(value) && !automaton.Read(automaton.Start, Encoding.UTF8.GetBytes(JsonLiteral.Of(value))).MayEnd);
        }

        return Term.OneOf([.. typed.Select(value => Term.Text(JsonLiteral.Of(value)))]);
    }
}
