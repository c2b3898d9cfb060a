using System.Runtime.InteropServices;

namespace Pipeline.Engine.Execution;

/// <summary>How libtorch's threads wait for each other.</summary>
internal static partial class OpenMpWaiting
{
    /// <summary>
    /// Has them sleep instead of spin, unless the environment says how. By default GNU OpenMP spins for
    /// milliseconds at every barrier: where others want the cores too (a database, a second worker) each
    /// barrier then waits for a thread that is not running, and small models come out ten times slower.
    /// Must be called before libtorch is loaded, which reads the environment once.
    /// </summary>
    public static void Relax()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null
            && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
        {
            // .NET's own setter changes a copy that native code does not see.
            SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
