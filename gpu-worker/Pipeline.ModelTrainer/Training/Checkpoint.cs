using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.ModelTrainer.Training;

/// <summary>The whole state of a training run after some step: weights and moments, in full precision.</summary>
internal static class Checkpoint
{
    /// <summary>Saves the state, and by <paramref name="recipe"/> what decides the outcome: a run by another must not go on from here.</summary>
    public static void Save(string path, LlamaModel model, Optimizer optimizer, int stepsDone, string recipe)
    {
        var tensors = new List<(string, Tensor)>();
        for (var i = 0; i < model.Parameters.Count; i++)
        {
            var parameter = model.Parameters[i];
            tensors.Add((parameter.Name, parameter.Master));
            tensors.Add((parameter.Name + "/first", optimizer.First[i]));
            if (optimizer.Second[i] is { } second)
            {
                tensors.Add((parameter.Name + "/second", second));
            }
        }

        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            ["steps"] = stepsDone.ToString(CultureInfo.InvariantCulture), ["recipe"] = recipe,
        });
    }

    /// <summary>Brings model and optimizer to the saved state.</summary>
    /// <returns>The steps that were done.</returns>
    /// <exception cref="InvalidDataException">It was saved by a run with another recipe.</exception>
    public static int Load(string path, LlamaModel model, Optimizer optimizer, string recipe)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (tensors, metadata) = SafetensorsFile.Read(path);
        if (metadata["recipe"] != recipe)
        {
            throw new InvalidDataException($"{path} was saved by a run with other settings: {metadata["recipe"]}; this run has {recipe}");
        }

        SetWeights(model, tensors);
        for (var i = 0; i < model.Parameters.Count; i++)
        {
            var name = model.Parameters[i].Name;
            optimizer.First[i].copy_(tensors[name + "/first"]);
            optimizer.Second[i]?.copy_(tensors[name + "/second"]);
        }

        return int.Parse(metadata["steps"], CultureInfo.InvariantCulture);
    }

    /// <summary>Brings only the weights to the saved state, for a run of its own that begins with them.</summary>
    public static void LoadWeights(string path, LlamaModel model)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        SetWeights(model, SafetensorsFile.Read(path).Tensors);
    }

    private static void SetWeights(LlamaModel model, Dictionary<string, Tensor> tensors)
    {
        foreach (var parameter in model.Parameters)
        {
            parameter.Master.copy_(tensors[parameter.Name]);
            parameter.Refresh();
        }
    }
}
