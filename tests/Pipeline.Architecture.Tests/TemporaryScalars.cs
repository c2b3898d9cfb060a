using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Pipeline.Architecture.Tests;

/// <summary>
/// Finds calls that hand torch a number nobody keeps alive. TorchSharp 0.107 passes on the bare handle of a
/// <c>Scalar</c>: one that was made for the call may be finalized while native code still reads it.
/// </summary>
internal static class TemporaryScalars
{
    /// <summary>Members of torch that make a temporary number of their own.</summary>
    private static readonly string[] Makers =
    [
        "Tensor::add(TorchSharp.torch/Tensor)", "Tensor::add_(TorchSharp.torch/Tensor)",
        "Tensor::add(TorchSharp.Scalar)", "Tensor::add_(TorchSharp.Scalar)",
        "Tensor::square()", "torch::arange(", "torch::full(",
    ];

    /// <summary>The methods with such a call, as <c>Type.Method: call</c>. Constructors may make numbers: they keep them in fields.</summary>
    public static IReadOnlyList<string> In(Assembly assembly)
    {
        using AssemblyDefinition definition = AssemblyDefinition.ReadAssembly(assembly.Location);
        return
        [
            .. from type in definition.MainModule.GetTypes()
               from method in type.Methods
               where method.HasBody
               from instruction in method.Body.Instructions
               where instruction.OpCode.Code is Code.Call or Code.Callvirt && instruction.Operand is MethodReference
               let call = ((MethodReference)instruction.Operand).FullName
               where (!method.IsConstructor && call.Contains("TorchSharp.Scalar::op_Implicit", StringComparison.Ordinal))
                  || Makers.Any(maker => call.Contains(maker, StringComparison.Ordinal))
               select $"{type.Name}.{method.Name}: {call}",
        ];
    }
}
