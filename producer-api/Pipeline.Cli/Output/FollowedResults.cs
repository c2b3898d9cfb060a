using System.Text.Json;
using Pipeline.Cli.Api;

namespace Pipeline.Cli.Output;

/// <summary>The results of a batch as its lines end, until it has ended.</summary>
/// <param name="client">The API.</param>
/// <param name="time">Times the pauses where the connection breaks.</param>
internal sealed class FollowedResults(PipelineClient client, TimeProvider time)
{
    /// <summary>Hands each line on once, in the order in which they end; goes on after the last one when the connection breaks.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="failed">The lines that failed, instead of those that succeeded.</param>
    /// <param name="withInput">Whether each comes with the line that asked.</param>
    /// <param name="show">Takes a line.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task ReadAsync(string id, bool failed, bool withInput, Func<string, Task> show, CancellationToken cancellationToken)
    {
        string cursor = "0";
        Insistence insistence = new(time);
        await insistence.InsistAsync(
            async () =>
            {
                await using Stream content = await client.OpenResultsAsync(id, cursor, withInput, cancellationToken);
                using StreamReader lines = new(content);
                while (await lines.ReadLineAsync(cancellationToken) is { } line)
                {
                    insistence.Heard();
                    if (line.Length == 0)
                    {
                        // Says that the connection lives, and nothing else.
                        continue;
                    }

                    using JsonDocument document = JsonDocument.Parse(line);
                    if (Failed(document.RootElement) == failed)
                    {
                        await show(line);
                    }

                    cursor = document.RootElement.GetProperty("cursor").GetString()!;
                }

                if (!(await client.GetBatchAsync(id, cancellationToken)).HasEnded)
                {
                    throw new UnreachableException("the stream of results ended before the batch");
                }
            },
            cancellationToken);
    }

    private static bool Failed(JsonElement line) =>
        line.GetProperty("response") is not { ValueKind: JsonValueKind.Object } response || response.GetProperty("status_code").GetInt32() != 200;
}
