using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>A piece of attention: some pairs of a chunk over some of their tokens. As struct Work of device.cuh.</summary>
/// <param name="Chunk">The chunk's number.</param>
/// <param name="FirstPair">The first of its pairs.</param>
/// <param name="Begin">The first token.</param>
/// <param name="End">Behind the last token.</param>
/// <param name="Partial">Which part of a split this is, of all in the step; -1 if the tokens are all that the pairs attend over.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionWork(int Chunk, int FirstPair, int Begin, int End, int Partial);
