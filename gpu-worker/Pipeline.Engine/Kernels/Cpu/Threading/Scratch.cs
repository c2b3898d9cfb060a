using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cpu.Threading;

/// <summary>Memory outside the collector's reach, aligned to cache lines. Not zeroed. Freed when disposed, or finalized.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const nuint Line = 64;
    private void* _memory;

    /// <summary>Takes no memory yet.</summary>
    public Scratch()
    {
    }

    /// <summary>Takes memory.</summary>
    public Scratch(long bytes) => Reserve(bytes);

    /// <summary>Frees the memory of one that was forgotten.</summary>
    ~Scratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>The memory's size.</summary>
    public long Bytes { get; private set; }

    /// <summary>The memory.</summary>
    public byte* Memory => (byte*)_memory;

    /// <summary>Makes it at least that large; what it held is lost if it was smaller.</summary>
    public void Reserve(long bytes)
    {
        if (bytes > Bytes)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            Bytes = 0;
            _memory = NativeMemory.AlignedAlloc((nuint)bytes, Line);
            Bytes = bytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        Bytes = 0;
        GC.SuppressFinalize(this);
    }
}
