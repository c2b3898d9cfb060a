using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Where an engine computes, and in what.</summary>
/// <param name="Device">The device.</param>
/// <param name="Type">What activations are in: float32 or bfloat16.</param>
/// <param name="Threads">Threads to compute with, on a CPU.</param>
internal sealed record ComputeSetting(Device Device, ScalarType Type, int Threads)
{
    /// <summary>Brings libtorch into the process and sets it up as the options say.</summary>
    /// <exception cref="InvalidOperationException">There is no such device.</exception>
    public static ComputeSetting Of(EngineOptions options)
    {
        LibtorchLoader.EnsureLoaded();
        int threads = options.Threads ?? Environment.ProcessorCount;
        torch.set_num_threads(threads);
        if (options.Device != "cpu" && !torch.cuda.is_available())
        {
            throw new InvalidOperationException($"Device is {options.Device}, but libtorch finds no CUDA device.");
        }

        return new ComputeSetting(torch.device(options.Device), options.Dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16, threads);
    }
}
