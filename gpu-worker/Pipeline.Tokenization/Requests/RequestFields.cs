using System.Text.Json;

namespace Pipeline.Tokenization.Requests;

/// <summary>
/// Reads the fields of a JSON object strictly. A field that is null counts as absent; one that nobody has read by
/// <see cref="RefuseOthers"/> is refused.
/// </summary>
internal sealed class RequestFields
{
    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly HashSet<string> _read = [];

    /// <param name="element">The object.</param>
    /// <param name="path">Where it stands in the request, such as <c>messages[0]</c>; empty for the request itself.</param>
    public RequestFields(JsonElement element, string path = "")
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw path.Length == 0
                ? RequestErrorException.Invalid(null, "invalid_type", "The body of the request must be a JSON object.")
                : RequestErrorException.WrongType(path, "an object", element);
        }
        _object = element;
        _prefix = path.Length == 0 ? "" : path + ".";
    }

    public string PathOf(string name) => _prefix + name;

    public bool TryGet(string name, out JsonElement value)
    {
        _read.Add(name);
        return _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public string? Text(string name) =>
        !TryGet(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw RequestErrorException.WrongType(PathOf(name), "a string", value);

    public bool? Flag(string name) =>
        !TryGet(name, out JsonElement value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw RequestErrorException.WrongType(PathOf(name), "a boolean", value);

    public long? Integer(string name, long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number))
        {
            throw RequestErrorException.WrongType(PathOf(name), "an integer", value);
        }
        return number < minimum ? throw OutOfRange(name, "integer_below_min_value", "integer below minimum", ">=", minimum, number)
            : number > maximum ? throw OutOfRange(name, "integer_above_max_value", "integer above maximum", "<=", maximum, number)
            : number;
    }

    public double? Number(string name, double minimum, double maximum)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw RequestErrorException.WrongType(PathOf(name), "a decimal", value);
        }
        double number = value.GetDouble();
        return number < minimum ? throw OutOfRange(name, "decimal_below_min_value", "decimal below minimum", ">=", minimum, number)
            : number > maximum ? throw OutOfRange(name, "decimal_above_max_value", "decimal above maximum", "<=", maximum, number)
            : number;
    }

    /// <summary>Refuses whatever has not been read: parameters that are known, but not supported, and those nobody knows.</summary>
    /// <param name="unsupported">The known ones.</param>
    public void RefuseOthers(IReadOnlySet<string> unsupported)
    {
        foreach (JsonProperty field in _object.EnumerateObject())
        {
            if (_read.Contains(field.Name))
            {
                continue;
            }
            if (!unsupported.Contains(field.Name))
            {
                throw RequestErrorException.Unknown(PathOf(field.Name));
            }
            if (field.Value.ValueKind != JsonValueKind.Null)
            {
                throw RequestErrorException.Unsupported(PathOf(field.Name));
            }
        }
    }

    private RequestErrorException OutOfRange<T>(string name, string code, string what, string relation, T limit, T found) =>
        RequestErrorException.Invalid(PathOf(name), code,
            $"Invalid '{PathOf(name)}': {what} value. Expected a value {relation} {limit}, but got {found} instead.");
}
