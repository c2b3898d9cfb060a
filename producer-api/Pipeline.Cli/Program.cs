using Pipeline.Cli.Commands;
using Spectre.Console;

IAnsiConsole progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
return await CommandLine.RunAsync(args, new CommandContext(Console.Out, Console.Error, progress, Environment.GetEnvironmentVariable, TimeProvider.System));
