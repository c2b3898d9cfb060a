using System.Text.Json;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>
/// Sees to it that of the alternatives of <c>oneOf</c> no two hold for one value: what comes of one would otherwise have to be kept out of
/// the others, which a language made of alternatives cannot do. Told apart are those of different types, of different given values, and
/// objects by a member: one that both have to have with different given values, or that one has to have and the other must not.
/// </summary>
/// <param name="reader">Reads the alternatives.</param>
internal sealed class ExclusiveAlternatives(ShapeReader reader)
{
    private readonly HashSet<string> _checked = [];

    /// <summary>Checks the alternatives of one <c>oneOf</c>, two by two.</summary>
    /// <param name="alternatives">The alternatives.</param>
    /// <param name="around">What else has to hold beside whichever of them.</param>
    /// <exception cref="GrammarException">Two are not known to exclude each other.</exception>
    public void Check(Alternatives alternatives, SchemaShape around)
    {
        string key = $"{alternatives.Place.Path} {around.Types} {around.Mentioned} {around.NamesTypes} {around.Groups.Count}";
        if (!_checked.Add(key))
        {
            return;
        }

        SchemaShape[] shapes = [.. alternatives.Options.Select(option => reader.Read([option]))];
        for (int i = 0; i < shapes.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (!Exclude(shapes[i], shapes[j], around))
                {
                    throw alternatives.Place.Error(
                        $"Alternatives {j} and {i} of 'oneOf' may both hold for one value. Tell them apart by 'type', by 'const' or 'enum', or by a required property of different 'const' values; or use 'anyOf'.");
                }
            }
        }
    }

    private bool Exclude(SchemaShape a, SchemaShape b, SchemaShape around)
    {
        // What is made of one has types that it allows here; the other may let pass what it does not speak about.
        JsonTypes shared = (Made(a, around) & Accepted(b)) | (Made(b, around) & Accepted(a));
        return shared == JsonTypes.None
            || (a.Values is { } values && b.Values is { } others && !Meet(values, others))
            || (shared == JsonTypes.Object && (DifferByMember(a, b) || Forbids(a, b) || Forbids(b, a)));
    }

    /// <summary>The types of what is made of an alternative: see <see cref="SchemaShape.AllowedTypes"/>.</summary>
    private static JsonTypes Made(SchemaShape shape, SchemaShape around)
    {
        JsonTypes types = shape.Types & around.Types & OfValues(shape), mentioned = shape.Mentioned | around.Mentioned;
        bool open = shape.NamesTypes || around.NamesTypes || mentioned == JsonTypes.None || shape.Groups.Count > 0 || around.Groups.Count > 1;
        return open ? types : types & mentioned;
    }

    private static JsonTypes Accepted(SchemaShape shape) => shape.Types & OfValues(shape);

    private static JsonTypes OfValues(SchemaShape shape) =>
        shape.Values?.Aggregate(JsonTypes.None, (all, value) => all | JsonTypeNames.Of(value)) ?? JsonTypes.All;

    private bool DifferByMember(SchemaShape a, SchemaShape b) => a.Required.Intersect(b.Required)
        .Any(name => GivenValues(a, name) is { } values && GivenValues(b, name) is { } others && !Meet(values, others));

    /// <summary>The only values that a member may have; null for others.</summary>
    private List<JsonElement>? GivenValues(SchemaShape shape, string name)
    {
        SchemaLocation[] schemas = [.. shape.Layers.SelectMany(layer => layer.Properties).Where(property => property.Name == name).Select(property => property.Schema)];
        return schemas.Length == 0 ? null : reader.Read(schemas).Values;
    }

    /// <summary>Whether the second must not have a member that the first has to have.</summary>
    private static bool Forbids(SchemaShape a, SchemaShape b) => a.Required.Exists(name => b.Layers.Exists(layer =>
        layer.Additional is { Schema.ValueKind: JsonValueKind.False } && layer.Patterns.Count == 0 && !layer.Properties.Any(property => property.Name == name)));

    private static bool Meet(List<JsonElement> values, List<JsonElement> others) =>
        values.Exists(value => others.Exists(other => JsonElement.DeepEquals(value, other)));
}
