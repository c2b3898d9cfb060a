using System.Text.Json;

namespace Pipeline.ModelTrainer.Evaluation;

/// <summary>Reads the answers from a batch's output file.</summary>
internal static class BatchOutput
{
    /// <summary>The text of each answer by custom_id; a request that failed has none.</summary>
    public static Dictionary<string, string> Read(string path)
    {
        var answers = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object
                && response.GetProperty("status_code").GetInt32() == 200)
            {
                var message = response.GetProperty("body").GetProperty("choices")[0].GetProperty("message");
                answers[root.GetProperty("custom_id").GetString()!] = message.GetProperty("content").GetString() ?? "";
            }
        }

        return answers;
    }
}
