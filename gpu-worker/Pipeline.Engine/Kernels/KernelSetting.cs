using Pipeline.Engine.Models;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels;

/// <summary>What kernels are made for.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="BlockSize">Tokens in a block of the cache.</param>
/// <param name="Type">What activations and the cache are in: float32 or bfloat16.</param>
/// <param name="Device">Where they are.</param>
/// <param name="Threads">Threads to compute with, on a CPU.</param>
internal sealed record KernelSetting(ModelConfig Model, int BlockSize, ScalarType Type, Device Device, int Threads);
