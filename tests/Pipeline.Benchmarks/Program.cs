using Pipeline.Benchmarks;

if (args is [] or ["-h" or "--help" or "help"])
{
    Console.WriteLine("usage: ./pipeline bench NAME [OPTION...]      ./pipeline bench NAME --help lists the options\n");
    foreach (IBenchmark benchmark in Registry.All)
    {
        Console.WriteLine($"  {benchmark.Name,-11} {benchmark.Help}");
    }

    return 0;
}

IBenchmark? chosen = Registry.All.FirstOrDefault(benchmark => benchmark.Name == args[0]);
if (chosen is null)
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{args[0]}'; there are: {string.Join(", ", Registry.All.Select(benchmark => benchmark.Name))}.");
    return 1;
}

return await chosen.RunAsync(args[1..]);
