using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Testing;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>One of our programs, running as a process of its own, as a user's would.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly string _name;

    private ServiceProcess(string name, Process process, string url)
    {
        _name = name;
        _process = process;
        Url = url;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Url { get; }

    public string Name => $"{_name} {_process.Id}";

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public static ServiceProcess Start(string project, IReadOnlyDictionary<string, string> settings)
    {
        string program = Programs.Find(project);
        string url = $"http://127.0.0.1:{FreePort()}";
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { program },
            WorkingDirectory = Path.GetDirectoryName(program),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = url;
        // A process that is to crash need not write down its memory.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string key, string value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return new ServiceProcess(Path.GetFileName(project), Process.Start(start)!, url);
    }

    /// <summary>Waits until it answers that it is ready.</summary>
    public async Task<ServiceProcess> ReadyAsync()
    {
        using HttpClient client = new();
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"{_name} ended with exit code {_process.ExitCode}:\n{Log}");
                }

                try
                {
                    return (await client.GetAsync(Url + "/health/ready")).StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(90),
            $"{_name} is ready");
        return this;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as a supervisor does.</summary>
    public async Task<int> StopAsync(TimeSpan within)
    {
        if (!_process.HasExited && SendSignal(_process.Id, Terminate) != 0)
        {
            throw new InvalidOperationException($"{_name} could not be asked to stop.");
        }

        return await ExitAsync(within);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Append(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
