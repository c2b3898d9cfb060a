using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cpu;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Kernels;

public sealed class KernelChoiceTests
{
    private static readonly IKernelMaker Reference = KernelMakers.Reference;

    private static KernelSetting Setting => new KernelCase(seed: 2, ScalarType.Float32).Setting;

    public static TheoryData<string> Faults => [.. Enum.GetNames<Fault>().Where(name => name != nameof(Fault.None))];

    [Fact]
    public void The_first_kernels_that_suit_are_taken_without_a_warning()
    {
        KernelChoice choice = KernelChoice.Make(Setting, KernelChoice.Auto, KernelMakers.All);
        using IKernels kernels = choice.Kernels;
        Assert.Equal("cpu", kernels.Name);
        Assert.Null(choice.Warning);
    }

    [Fact]
    public void Kernels_can_be_asked_for_by_name()
    {
        using IKernels kernels = KernelChoice.Make(Setting, "torch", KernelMakers.All).Kernels;
        Assert.Equal("torch", kernels.Name);
    }

    [Fact]
    public void Names_that_nobody_has_and_kernels_that_do_not_suit_are_refused()
    {
        Assert.Contains("auto, cuda, cpu, torch", Refusal(Setting, "fast"), StringComparison.Ordinal);
        KernelSetting odd = Setting with { Model = Setting.Model with { HeadSize = 6 } };
        Assert.Contains("cannot be made", Refusal(odd, "cpu"), StringComparison.Ordinal);
        using IKernels kernels = KernelChoice.Make(odd, KernelChoice.Auto, KernelMakers.All).Kernels;
        Assert.Equal("torch", kernels.Name);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Kernels_with_a_fault_step_aside_and_the_warning_names_it(string name)
    {
        Fault fault = Enum.Parse<Fault>(name);
        FaultyMaker faulty = new(fault);
        KernelChoice choice = KernelChoice.Make(Setting, KernelChoice.Auto, [faulty, Reference]);
        using IKernels kernels = choice.Kernels;
        Assert.Equal("torch", kernels.Name);
        Assert.Contains("'faulty'", choice.Warning, StringComparison.Ordinal);
        Assert.Contains(FaultyMaker.WordFor(fault), choice.Warning, StringComparison.Ordinal);
        Assert.Equal(faulty.Made, faulty.Disposed);
    }

    [Fact]
    public void What_the_proof_refuses_is_the_fault_and_not_the_disguise()
    {
        using IKernels kernels = KernelChoice.Make(Setting, KernelChoice.Auto, [new FaultyMaker(Fault.None), Reference]).Kernels;
        Assert.Equal("faulty", kernels.Name);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Kernels_of_the_CPU_prove_themselves_on_any_shape(ScalarType type)
    {
        for (int seed = 0; seed < 8; seed++)
        {
            KernelSetting setting = new KernelCase(seed, type).Setting;
            using IKernels kernels = new CpuKernelMaker().Make(setting);
            Assert.Null(KernelProof.Disprove(kernels, Reference, setting));
        }
    }

    [Fact]
    public void A_model_with_a_context_of_one_token_can_be_proven_too()
    {
        KernelSetting setting = Setting with { Model = Setting.Model with { ContextLength = 1 } };
        using IKernels kernels = new CpuKernelMaker().Make(setting);
        Assert.Null(KernelProof.Disprove(kernels, Reference, setting));
    }

    private static string Refusal(KernelSetting setting, string wanted) =>
        Assert.Throws<InvalidOperationException>(() => KernelChoice.Make(setting, wanted, KernelMakers.All)).Message;
}
