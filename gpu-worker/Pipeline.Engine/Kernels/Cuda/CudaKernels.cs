using System.Runtime.InteropServices;
using Pipeline.Engine.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Kernels of this project's own on a CUDA device. Owns the driver.</summary>
internal sealed class CudaKernels : IKernels
{
    private readonly StepUpload _upload;
    private readonly CudaBuffer _angles;
    private readonly CudaBuffer _parts;
    private readonly Tensor _frequencies;
    private readonly nint _program;
    private readonly CudaStepKernels _step;

    /// <exception cref="CudaCompilationException">The sources do not compile for this device.</exception>
    /// <exception cref="CudaException">The device refuses something.</exception>
    public CudaKernels(KernelSetting setting, ICudaDriver driver)
    {
        Setting = setting;
        Driver = driver;
        Shape = new CudaShape(setting);
        driver.Enter();
        _program = driver.Load(CudaProgram.For(setting));
        AddNorm = driver.Function(_program, "add_norm", sizeof(float) * 32);
        MakeAngles = driver.Function(_program, "make_angles", 0);
        RotateStore = driver.Function(_program, "rotate_store", 0);
        SiluMultiply = driver.Function(_program, "silu_multiply", 0);
        Choose = driver.Function(_program, "choose", CudaShape.ChooseShared);
        AttendSplit = driver.Function(_program, "attend_split", Shape.SplitShared);
        AttendRows = Shape.Bfloat16 ? driver.Function(_program, "attend_rows", Shape.RowShared) : 0;
        MergeSplits = driver.Function(_program, "merge_splits", 0);
        _frequencies = Frequencies(setting);
        Plan = new AttentionPlan(Shape, setting.Model.KeyValueHeads, driver.Multiprocessors);
        _upload = new StepUpload(driver, setting.Device);
        _angles = new CudaBuffer(setting.Device);
        _parts = new CudaBuffer(setting.Device);
        _step = new CudaStepKernels(this);
    }

    /// <inheritdoc/>
    public string Name => "cuda";

    /// <summary>What they were made for.</summary>
    public KernelSetting Setting { get; }

    /// <summary>The device.</summary>
    public ICudaDriver Driver { get; }

    /// <summary>The sizes.</summary>
    public CudaShape Shape { get; }

    /// <summary>The current step's attention.</summary>
    public AttentionPlan Plan { get; }

    /// <summary>Kernel of norm.cu.</summary>
    public nint AddNorm { get; }

    /// <summary>Kernel of rotate.cu.</summary>
    public nint RotateStore { get; }

    /// <summary>Kernel of silu.cu.</summary>
    public nint SiluMultiply { get; }

    /// <summary>Kernel of choose.cu.</summary>
    public nint Choose { get; }

    /// <summary>Kernel of attend_split.cu or attend_float32.cu.</summary>
    public nint AttendSplit { get; }

    /// <summary>Kernel of attend_rows.cu; 0 in float32.</summary>
    public nint AttendRows { get; }

    /// <summary>Kernel of merge.cu.</summary>
    public nint MergeSplits { get; }

    private nint MakeAngles { get; }

    /// <inheritdoc/>
    public IStepKernels Begin(StepLayout layout)
    {
        Driver.Enter();
        Plan.Make(layout);
        CudaStepInputs inputs = Upload(layout);
        int size = Setting.Model.HeadSize;
        long halves = (long)layout.Rows * size / 2;
        Driver.Launch(
            MakeAngles, new LaunchShape((int)((halves + 127) / 128), 128),
            [inputs.Positions, TensorAddress.Of(_frequencies), inputs.Angles, (uint)layout.Rows]);
        _step.Begin(inputs);
        return _step;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Driver.Enter();
        AwaitAll();
        _upload.Dispose();
        _angles.Dispose();
        _parts.Dispose();
        _frequencies.Dispose();
        Driver.Unload(_program);
        Driver.Dispose();
    }

    private static Tensor Frequencies(KernelSetting setting)
    {
        // A copy on a CPU too, where the tensor would lie in the array itself, on no particular border.
        using Tensor inArray = torch.tensor(setting.Model.RotaryFrequencies(), dtype: ScalarType.Float64);
        return inArray.clone().to(setting.Device).DetachFromDisposeScope();
    }

    private void AwaitAll()
    {
        nint mark = Driver.CreateMark();
        Driver.Mark(mark);
        Driver.Await(mark);
        Driver.DestroyMark(mark);
    }

    private CudaStepInputs Upload(StepLayout layout)
    {
        int size = Setting.Model.HeadSize;
        long partRows = (long)Plan.Partials * Setting.Model.KeyValueHeads * Shape.SplitPairs;
        ulong parts = _parts.Room(partRows * (size + 2));
        _upload.Begin((2 * layout.Rows) + (4 * layout.Chunks) + layout.BlockCount
            + (5 * (Plan.Split.Count + Plan.Rows.Count)) + (4 * Plan.Merges.Count));
        CudaStepInputs inputs = new()
        {
            Rows = layout.Rows,
            Positions = _upload.Add<int>(layout.Positions.AsSpan(0, layout.Rows)),
            Slots = _upload.Add<int>(layout.Slots.AsSpan(0, layout.Rows)),
            Chunks = _upload.Add<StepChunk>(layout.ChunkAt.AsSpan(0, layout.Chunks)),
            Blocks = _upload.Add<int>(layout.Blocks.AsSpan(0, layout.BlockCount)),
            Split = _upload.Add<AttentionWork>(CollectionsMarshal.AsSpan(Plan.Split)),
            RowWork = _upload.Add<AttentionWork>(CollectionsMarshal.AsSpan(Plan.Rows)),
            Merges = _upload.Add<AttentionMerge>(CollectionsMarshal.AsSpan(Plan.Merges)),
            Angles = _angles.Room((long)layout.Rows * size),
            PartValues = parts,
            PartSums = parts + (ulong)(partRows * size * sizeof(float)),
        };
        _upload.Send();
        return inputs;
    }
}
