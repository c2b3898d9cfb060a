using Microsoft.Win32.SafeHandles;

namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>Where paths and files really are, links resolved.</summary>
internal static class RealPath
{
    /// <summary>The path with every link in it resolved; what is not there is taken as it stands.</summary>
    public static string Of(string path)
    {
        string real = "/";
        foreach (string part in Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Of(target.FullName) : next;
        }

        return real;
    }

    /// <summary>
    /// Where the file is that was opened, by the kernel's word: whatever was put in its way between looking and opening shows here.
    /// </summary>
    public static string? Of(SafeFileHandle handle) => new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
}
