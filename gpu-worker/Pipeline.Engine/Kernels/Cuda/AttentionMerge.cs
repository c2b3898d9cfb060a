using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Parts of a split that are to be joined. As struct Merge of merge.cu.</summary>
/// <param name="Chunk">The chunk's number.</param>
/// <param name="FirstPair">The first of the pairs.</param>
/// <param name="FirstPartial">The first part.</param>
/// <param name="Count">Parts.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionMerge(int Chunk, int FirstPair, int FirstPartial, int Count);
