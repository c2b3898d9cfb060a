using System.CommandLine;

namespace Pipeline.Benchmarks.Support;

/// <summary>Options of benchmarks: parsed and explained by System.CommandLine, errors told in a line.</summary>
internal static class BenchmarkCommand
{
    /// <summary>Parses <paramref name="args"/> and runs the benchmark, or prints what is wrong with them.</summary>
    /// <returns>The exit code: that of <paramref name="run"/>, or 1.</returns>
    public static Task<int> RunAsync(
        IBenchmark benchmark, string[] args, IEnumerable<Option> options, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(benchmark.Name, benchmark.Help);
        foreach (Option option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                return await run(result, cancellationToken);
            }
            catch (Exception e) when (e is BenchmarkException or IOException or InvalidDataException or ArgumentException
                or Engine.Models.UnsupportedModelException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 1;
            }
        });
        return new RootCommand("Pipeline's benchmarks.") { command }.Parse([benchmark.Name, .. args]).InvokeAsync();
    }

    /// <summary>An option with a default.</summary>
    public static Option<T> Option<T>(string name, T defaultValue, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => defaultValue };

    /// <summary>A count with a default and a least value.</summary>
    public static Option<int> Count(string name, int defaultValue, string description, int least = 1)
    {
        Option<int> option = Option(name, defaultValue, description);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < least)
            {
                result.AddError($"{name} is {value}; it must be at least {least}.");
            }
        });
        return option;
    }
}
