using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Files;

/// <summary>The fields of an upload's form that are not the file. They may stand before it or after it.</summary>
internal sealed class UploadForm
{
    public const string BatchPurpose = "batch";

    private const int LeastLife = 3_600;
    private const int LongestLife = 2_592_000;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public void Add(string name, string value) => _fields[name] = value;

    /// <summary>Adds the fields and the file's name to what two uploads are told apart by. The order of the fields is no difference.</summary>
    public void AddTo(IncrementalHash fingerprint, string filename)
    {
        foreach (string text in _fields.OrderBy(field => field.Key, StringComparer.Ordinal).SelectMany(field => new[] { field.Key, field.Value }).Append(filename))
        {
            fingerprint.AppendData(Encoding.UTF8.GetBytes(text));
            fingerprint.AppendData([0]);
        }
    }

    /// <summary>What the file is for: <c>batch</c>, the one purpose that this API has a use for.</summary>
    public string Purpose() => _fields.GetValueOrDefault("purpose") switch
    {
        null or "" => throw RequestException.MissingParameter("purpose"),
        BatchPurpose => BatchPurpose,
        string other => throw RequestException.Invalid($"Invalid value: '{other}'. Supported values are: '{BatchPurpose}'.", "purpose", "invalid_value"),
    };

    /// <summary>How long the file lives: 30 days, as OpenAI does for batches, unless the form says otherwise.</summary>
    public TimeSpan Life()
    {
        string? anchor = _fields.GetValueOrDefault("expires_after[anchor]");
        string? seconds = _fields.GetValueOrDefault("expires_after[seconds]");
        if (anchor is null && seconds is null)
        {
            return TimeSpan.FromSeconds(LongestLife);
        }

        if (anchor is null)
        {
            throw RequestException.MissingParameter("expires_after[anchor]");
        }

        if (seconds is null)
        {
            throw RequestException.MissingParameter("expires_after[seconds]");
        }

        if (anchor != "created_at")
        {
            throw RequestException.Invalid(
                $"Invalid value: '{anchor}'. Supported values are: 'created_at'.", "expires_after[anchor]", "invalid_value");
        }

        return int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out int life) && life is >= LeastLife and <= LongestLife
            ? TimeSpan.FromSeconds(life)
            : throw RequestException.Invalid(
                $"Invalid 'expires_after[seconds]': expected an integer between {LeastLife} and {LongestLife}, but got '{seconds}' instead.",
                "expires_after[seconds]",
                "invalid_value");
    }
}
