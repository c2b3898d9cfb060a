using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Benchmarks.Machines;

namespace Pipeline.Benchmarks.Support;

/// <summary>Results for programs: <c>artifacts/bench/NAME.json</c>, with the machine and the command beside the figures.</summary>
internal static class Report
{
    /// <summary>How results are written: snake_case, indented, what is not known left out.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>The same in one line: between processes.</summary>
    public static JsonSerializerOptions Line { get; } = new(Json) { WriteIndented = false };

    /// <summary>Writes the results of a benchmark over those of its last run, and says where.</summary>
    public static void Write<T>(string name, string[] args, T results)
    {
        string path = Path.Combine(Folders.Results, $"{name}.json");
        var report = new
        {
            Name = name,
            Command = string.Join(' ', ["./pipeline bench", name, .. args]),
            At = TimeProvider.System.GetUtcNow(),
            Machine = Machine.Here(),
            Results = results,
        };
        File.WriteAllText(path, JsonSerializer.Serialize(report, Json));
        Console.WriteLine($"{path}\n");
    }
}
