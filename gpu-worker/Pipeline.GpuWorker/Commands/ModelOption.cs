using System.CommandLine;

namespace Pipeline.GpuWorker.Commands;

/// <summary>What the commands have in common: the option for the model, and how its faults are told.</summary>
internal static class ModelOption
{
    public static Option<string> Create() => new("--model", "-m")
    {
        Description = "A model directory in Hugging Face layout.",
        HelpName = "DIR",
        Required = true,
    };

    /// <summary>Loads a part of the model, or tells in one line why it cannot be.</summary>
    /// <returns>The part, or null after the error has been written.</returns>
    public static T? Load<T>(Func<T> load, TextWriter errors)
        where T : class
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or NotSupportedException
            or UnauthorizedAccessException or ArgumentException or Engine.Models.UnsupportedModelException)
        {
            errors.WriteLine(e.Message);
            return null;
        }
    }
}
