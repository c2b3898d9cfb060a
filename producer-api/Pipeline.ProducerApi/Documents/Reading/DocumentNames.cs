using System.Globalization;

namespace Pipeline.ProducerApi.Documents.Reading;

/// <summary>
/// Names of documents, unique in their set, and of the jobs that work on them. A safe name has no empty part between slashes: so
/// no name of a part or a merge is that of a document.
/// </summary>
internal sealed class DocumentNames
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _repeats = new(StringComparer.Ordinal);

    /// <summary>The name; where another document has it already, with a number behind.</summary>
    public string Unique(string name)
    {
        string unique = name;
        int repeat = _repeats.GetValueOrDefault(name, 1);
        while (!_taken.Add(unique))
        {
            unique = $"{name} ({(++repeat).ToString(CultureInfo.InvariantCulture)})";
        }

        _repeats[name] = repeat;
        return unique;
    }

    /// <summary>The <c>custom_id</c> of the job for a part, from 1.</summary>
    public static string OfPart(string document, int number) => string.Create(CultureInfo.InvariantCulture, $"{document}//part-{number}");

    /// <summary>The <c>custom_id</c> of a job that merges answers, from 1, for another merge to come.</summary>
    public static string OfMerge(string document, int level, int number) => string.Create(CultureInfo.InvariantCulture, $"{document}//merge-{level}-{number}");
}
