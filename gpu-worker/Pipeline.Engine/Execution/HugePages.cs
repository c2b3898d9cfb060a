using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Large pages for memory that is read all over: with small ones, finding a page costs as much as reading it.</summary>
internal static partial class HugePages
{
    private const int HugePageAdvice = 14;
    private const nint Size = 2 << 20;

    /// <summary>
    /// Asks the system for large pages behind a tensor that has not been written to yet. A hint: where the system has none to
    /// give, or the tensor is not in a Linux machine's memory, nothing changes. See madvise(2), MADV_HUGEPAGE.
    /// </summary>
    public static void Ask(Tensor untouched)
    {
        if (!OperatingSystem.IsLinux() || untouched.device_type != DeviceType.CPU)
        {
            return;
        }

        nint start = TensorData.AddressOf(untouched), end = start + (nint)(untouched.numel() * untouched.element_size());
        nint first = (start + Size - 1) & -Size, last = end & -Size;
        if (first < last)
        {
            _ = Advise(first, last - first, HugePageAdvice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nint length, int advice);
}
