using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Benchmarks.Machines;

/// <summary>Time on the clock from its making to <see cref="Stop"/>, and what others took of the machine meanwhile.</summary>
internal sealed class MachineWatch
{
    // Linux counts processor time in /proc/stat by hundredths of a second.
    private const double TicksPerSecond = 100;

    private readonly double _busy = Busy();
    private readonly TimeSpan _own = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>The most memory this process has had, in bytes; null where the system does not tell.</summary>
    public static long? PeakMemory => File.Exists("/proc/self/status")
        ? File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 10).FirstOrDefault()
        : null;

    /// <summary>Seconds on the clock.</summary>
    public double Seconds { get; private set; }

    /// <summary>Processor time of other processes and of the host's other guests, as a share of all cores' time.</summary>
    public double Disturbance { get; private set; }

    /// <summary>Ends the watch.</summary>
    public void Stop()
    {
        Seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double own = (Environment.CpuUsage.TotalTime - _own).TotalSeconds;
        Disturbance = Math.Max(0, Busy() - _busy - own) / (Environment.ProcessorCount * Seconds);
    }

    // user nice system idle iowait irq softirq steal
    private static double Busy()
    {
        if (!File.Exists("/proc/stat"))
        {
            return 0;
        }

        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / TicksPerSecond;
    }
}
