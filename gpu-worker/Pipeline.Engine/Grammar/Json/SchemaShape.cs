using System.Text.Json;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Grammar.Json;

/// <summary>What one or several schemas, which all have to hold, say together about a value. Not thread-safe.</summary>
internal sealed class SchemaShape
{
    /// <summary>The types allowed.</summary>
    public JsonTypes Types { get; set; } = JsonTypes.All;

    /// <summary>The types that are spoken about, for schemas that name none.</summary>
    public JsonTypes Mentioned { get; set; }

    /// <summary>Whether some schema names types.</summary>
    public bool NamesTypes { get; set; }

    /// <summary>The only values allowed; null for any.</summary>
    public List<JsonElement>? Values { get; set; }

    /// <summary>What texts have to be, each as a whole.</summary>
    public List<Term> Patterns { get; private init; } = [];

    /// <summary>Characters of a text.</summary>
    public int MinLength { get; set; }

    /// <inheritdoc cref="MinLength"/>
    public int? MaxLength { get; set; }

    /// <summary>What numbers have to be.</summary>
    public NumberBounds Numbers { get; set; } = new();

    /// <summary>What objects have to be, a layer for each schema.</summary>
    public List<ObjectLayer> Layers { get; private init; } = [];

    /// <summary>The names that an object has to have.</summary>
    public List<string> Required { get; private init; } = [];

    /// <summary>Members of an object.</summary>
    public int MinProperties { get; set; }

    /// <inheritdoc cref="MinProperties"/>
    public int? MaxProperties { get; set; }

    /// <summary>What arrays have to be, a layer for each schema.</summary>
    public List<ArrayLayer> Arrays { get; private init; } = [];

    /// <summary>Items of an array.</summary>
    public int MinItems { get; set; }

    /// <inheritdoc cref="MinItems"/>
    public int? MaxItems { get; set; }

    /// <summary>Groups of schemas; of each group one has to hold.</summary>
    public List<Alternatives> Groups { get; private init; } = [];

    /// <summary>The types that a value may have: where no schema names any, those that are spoken about.</summary>
    public JsonTypes AllowedTypes => NamesTypes || Values is not null || Mentioned == JsonTypes.None ? Types : Types & Mentioned;

    /// <summary>Whether nothing but types, or values, is asked for.</summary>
    public bool IsPlain => Mentioned == JsonTypes.None;

    /// <summary>A copy that can be changed by itself.</summary>
    public SchemaShape Copy() => new()
    {
        Types = Types, Mentioned = Mentioned, NamesTypes = NamesTypes, Values = Values, Patterns = [.. Patterns],
        MinLength = MinLength, MaxLength = MaxLength, Numbers = Numbers, Layers = [.. Layers], Required = [.. Required],
        MinProperties = MinProperties, MaxProperties = MaxProperties, Arrays = [.. Arrays], MinItems = MinItems, MaxItems = MaxItems,
        Groups = [.. Groups],
    };
}

/// <summary>Schemas of which one has to hold.</summary>
/// <param name="Options">The schemas; at least one.</param>
/// <param name="Place">The keyword.</param>
/// <param name="IsExclusive">Whether no two may hold.</param>
internal sealed record Alternatives(IReadOnlyList<SchemaLocation> Options, SchemaLocation Place, bool IsExclusive);

/// <summary>What one schema says about an object's members.</summary>
/// <param name="Properties">Those with a name of their own.</param>
/// <param name="Patterns">Those whose names match an expression: what the names are, and the schema.</param>
/// <param name="Additional">All others; null where nothing is said about them.</param>
internal sealed record ObjectLayer(
    IReadOnlyList<(string Name, SchemaLocation Schema)> Properties, IReadOnlyList<(Term Names, SchemaLocation Schema)> Patterns, SchemaLocation? Additional);

/// <summary>What one schema says about an array's items.</summary>
/// <param name="First">The first ones, each by itself.</param>
/// <param name="Others">All others; null where nothing is said about them.</param>
internal sealed record ArrayLayer(IReadOnlyList<SchemaLocation> First, SchemaLocation? Others);
