using System.Runtime.InteropServices;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Strings as C takes them: an array of pointers to UTF-8 that ends in 0.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    /// <summary>Copies them.</summary>
    public NativeStrings(IEnumerable<string> strings)
    {
        nint[] copies = [.. strings.Select(Marshal.StringToCoTaskMemUTF8)];
        Count = copies.Length;
        Pointers = (nint*)NativeMemory.Alloc((nuint)Count, (nuint)sizeof(nint));
        copies.CopyTo(new Span<nint>(Pointers, Count));
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The array.</summary>
    public nint* Pointers { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < Count; i++)
        {
            Marshal.FreeCoTaskMem(Pointers[i]);
        }

        NativeMemory.Free(Pointers);
    }
}
