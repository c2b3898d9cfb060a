using System.Reflection;
using NetArchTest.Rules;

namespace Pipeline.Architecture.Tests;

/// <summary>The rules as functions of what they judge, so that each can be shown a violator.</summary>
internal static class Rules
{
    private static readonly string[] Hosts =
    [
        "Pipeline.ProducerApi", "Pipeline.Cli", "Pipeline.GpuWorker", "Pipeline.ModelTrainer", "Pipeline.Scheduler", "Pipeline.Migrator",
    ];

    /// <summary>The other hosts that an assembly references: what two share lives in db/.</summary>
    public static IReadOnlyList<string> OtherHostsReferencedBy(Assembly assembly) =>
    [
        .. assembly.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => Hosts.Contains(name) && name != assembly.GetName().Name),
    ];

    /// <summary>What an assembly references of <c>gpu-worker/</c>.</summary>
    public static IReadOnlyList<string> WorkersPartsReferencedBy(Assembly assembly) =>
    [
        .. assembly.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name is "Pipeline.Engine" or "Pipeline.Tokenization" or "Pipeline.GpuWorker" or "Pipeline.ModelTrainer"),
    ];

    /// <summary>The referenced assemblies that are neither the framework's nor on the list.</summary>
    public static IReadOnlyList<string> ReferencesBeyond(Assembly assembly, params string[] allowed) =>
    [
        .. assembly.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && !allowed.Contains(name)),
    ];

    /// <summary>The types under a namespace that use anything of one of the dependencies.</summary>
    public static IReadOnlyList<string> TypesUsing(Assembly assembly, string inNamespace, params string[] dependencies) =>
        Types.InAssembly(assembly)
            .That().ResideInNamespaceStartingWith(inNamespace)
            .ShouldNot().HaveDependencyOnAny(dependencies)
            .GetResult().FailingTypeNames?.ToList() ?? [];

    /// <summary>How many types a namespace holds: a rule over none proves nothing.</summary>
    public static int TypesIn(Assembly assembly, string inNamespace) =>
        Types.InAssembly(assembly).That().ResideInNamespaceStartingWith(inNamespace).GetTypes().Count();
}
