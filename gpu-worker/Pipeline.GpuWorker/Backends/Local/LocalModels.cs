using Pipeline.Engine.Embedding;

namespace Pipeline.GpuWorker.Backends.Local;

/// <summary>Loads models of all kinds.</summary>
internal static class LocalModels
{
    /// <summary>Loads whatever a directory holds: a model that generates text, or one that embeds.</summary>
    /// <exception cref="Exception">It cannot be loaded; the message says why.</exception>
    public static ILocalModel Load(LocalModelSetting setting, TimeProvider time) =>
        EmbeddingModels.Contains(setting.Engine.ModelDirectory) ? EmbeddingModel.Load(setting, time) : GenerationModel.Load(setting, time);
}
