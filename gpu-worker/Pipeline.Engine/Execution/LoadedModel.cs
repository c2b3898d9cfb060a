using Pipeline.Engine.Kernels;
using Pipeline.Engine.Layers;
using Pipeline.Engine.Models;

namespace Pipeline.Engine.Execution;

/// <summary>A model's weights on the device, and what computes with them. Its cache comes later, out of what memory is left.</summary>
/// <param name="Decoder">The weights.</param>
/// <param name="Kernels">The kernels.</param>
internal sealed record LoadedModel(Decoder Decoder, KernelChoice Kernels)
{
    /// <summary>Its shape.</summary>
    public ModelConfig Config => Decoder.Config;

    /// <summary>Loads it.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="options">What it is computed with.</param>
    /// <param name="setting">Where.</param>
    public static LoadedModel Load(string directory, EngineOptions options, ComputeSetting setting)
    {
        ModelConfig config = ModelConfigReader.Read(directory);
        Decoder decoder = DecoderLoader.Load(
            directory, config, setting.Type, setting.Device, LinearMakers.For(options.Dtype, setting.Type, setting.Device));
        KernelSetting kernels = new(config, options.BlockSize, setting.Type, setting.Device, setting.Threads);
        return new LoadedModel(decoder, KernelChoice.Make(kernels, options.Kernels, KernelMakers.All));
    }

    /// <summary>Takes the memory of a cache, and makes what runs steps. The runner owns the model from now on.</summary>
    /// <param name="blocks">Blocks of the cache.</param>
    /// <param name="options">Their size.</param>
    /// <param name="setting">Where.</param>
    /// <param name="time">The clock.</param>
    public ModelRunner MakeRunner(int blocks, EngineOptions options, ComputeSetting setting, TimeProvider time) => new(
        Decoder,
        new KvCache(Config, blocks, options.BlockSize, setting.Type, setting.Device),
        Kernels.Kernels,
        options.BlockSize,
        setting.Device,
        time);
}
