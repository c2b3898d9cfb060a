using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

/// <summary>The CUDA sources through NVIDIA's compiler, which needs no device.</summary>
public sealed class CompilationTests
{
    // Every head size that a model is likely to have; groups of up to eight and of more.
    private static readonly (int HeadSize, int Group, ScalarType Type)[] Shapes =
    [
        (32, 8, ScalarType.BFloat16), (64, 7, ScalarType.BFloat16), (80, 1, ScalarType.BFloat16), (96, 2, ScalarType.BFloat16),
        (128, 4, ScalarType.BFloat16), (128, 16, ScalarType.BFloat16), (256, 8, ScalarType.BFloat16),
        (64, 3, ScalarType.Float32), (128, 4, ScalarType.Float32), (256, 16, ScalarType.Float32),
    ];

    [Theory]
    [InlineData(80)]
    [InlineData(90)]
    public void The_sources_compile_to_machine_code_for_every_shape(int capability)
    {
        NvrtcCompiler compiler = Compiler();
        KernelSetting[] plain = [.. Shapes.Select(shape => KernelCase.ForShape(2 * shape.Group, 2, shape.HeadSize, 16, shape.Type))];

        // With all that families have: the shapes of Gemma 2 and 3, Phi-4-mini, and one in float32.
        KernelSetting[] elaborate =
        [
            KernelCase.Elaborate(plain[6], 256, 4096, null), KernelCase.Elaborate(plain[4], 96, 2048), KernelCase.Elaborate(plain[8], 128, 512, null),
        ];
        foreach (KernelSetting setting in plain.Concat(elaborate))
        {
            Assert.True(CudaShape.Supports(setting));
            byte[] image = compiler.Compile(CudaProgram.For(setting), capability);

            // An ELF file for NVIDIA's machine: e_machine is EM_CUDA.
            Assert.Equal("\u007fELF"u8, image.AsSpan(0, 4));
            Assert.Equal(190, BitConverter.ToUInt16(image, 18));
        }
    }

    [Fact]
    public void A_device_newer_than_the_compiler_gets_PTX()
    {
        byte[] image = Compiler().Compile(CudaProgram.For(KernelCase.ForShape(4, 1, 64, 16, ScalarType.BFloat16)), 999);
        Assert.Contains(".entry attend_rows", System.Text.Encoding.ASCII.GetString(image), StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_does_not_compile_is_reported_in_the_compilers_words()
    {
        CudaProgram broken = new(
            new Dictionary<string, string> { [CudaProgram.Start] = "extern \"C\" __global__ void broken() { undeclared = 1; }" }, []);
        CudaCompilationException failure = Assert.Throws<CudaCompilationException>(() => Compiler().Compile(broken, 90));
        Assert.Contains("kernels.cu(1): error: identifier \"undeclared\" is undefined", failure.Log, StringComparison.Ordinal);
        Assert.Contains(failure.Log, failure.Message, StringComparison.Ordinal);
    }

    private static NvrtcCompiler Compiler()
    {
        NvrtcCompiler? compiler = NvrtcCompiler.Find();
        Assert.SkipWhen(compiler is null, "needs NVRTC 11.2 or later: run ./pipeline test on Debian 12, or let PIPELINE_NVRTC name libnvrtc.so");
        return compiler!;
    }
}
