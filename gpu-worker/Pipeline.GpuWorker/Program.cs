using Pipeline.GpuWorker;
using Pipeline.GpuWorker.Commands;

// Without a command it is the worker; options alone are configuration.
if (args is [['-', 'h'] or "--help" or "--version" or [not '-', ..], ..])
{
    return await RootCommands.Create().Parse(args).InvokeAsync();
}

WorkerHost.Build(args).Run();
return Environment.ExitCode;
