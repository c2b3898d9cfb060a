using Pipeline.Engine;

namespace Pipeline.GpuWorker.Backends.Local;

/// <summary>A model to be run in this process.</summary>
/// <param name="Engine">Where it lies, and how it is computed.</param>
/// <param name="Name">What requests call it.</param>
/// <param name="ToolCallFormat">How it writes calls of functions; null for what its chat template tells.</param>
internal sealed record LocalModelSetting(EngineOptions Engine, string Name, string? ToolCallFormat = null);
