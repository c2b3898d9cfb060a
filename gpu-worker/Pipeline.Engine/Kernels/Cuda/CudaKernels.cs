using System.Runtime.InteropServices;
using Pipeline.Engine.Execution;
using Pipeline.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>Kernels of this project's own on a CUDA device. Owns the driver.</summary>
internal sealed class CudaKernels : IKernels
{
    private readonly StepUpload _upload;
    private readonly CudaBuffer _angles;
    private readonly CudaBuffer _parts;
    private readonly Tensor[] _frequencies;
    private readonly Tensor?[] _stretched;
    private readonly PlannedWork[] _works;
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
        NormHeads = driver.Function(_program, "norm_heads", 0);
        MakeAngles = driver.Function(_program, "make_angles", 0);
        RotateStore = driver.Function(_program, "rotate_store", 0);
        GateMultiply = driver.Function(_program, "gate_multiply", 0);
        Choose = driver.Function(_program, "choose", CudaShape.ChooseShared);
        AttendSplit = driver.Function(_program, "attend_split", Shape.SplitShared);
        AttendRows = Shape.Bfloat16 ? driver.Function(_program, "attend_rows", Shape.RowShared) : 0;
        MergeSplits = driver.Function(_program, "merge_splits", 0);
        _frequencies = [.. setting.Model.Ropes.Select(rope => OnDevice(rope.Frequencies()))];
        _stretched = [.. setting.Model.Ropes.Select(rope => rope.StretchedFrequencies() is { } stretched ? OnDevice(stretched) : null)];
        _works = [.. setting.Model.Windows.Select(window => new PlannedWork(
            new AttentionPlan(Shape, setting.Model.KeyValueHeads, driver.Multiprocessors, window ?? int.MaxValue)))];
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

    /// <summary>Kernel of norm.cu.</summary>
    public nint AddNorm { get; }

    /// <summary>Kernel of norm.cu.</summary>
    public nint NormHeads { get; }

    /// <summary>Kernel of rotate.cu.</summary>
    public nint RotateStore { get; }

    /// <summary>Kernel of gate.cu.</summary>
    public nint GateMultiply { get; }

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
        foreach (PlannedWork work in _works)
        {
            work.Plan.Make(layout);
        }

        CudaStepInputs inputs = Upload(layout);
        long halves = (long)layout.Rows * Setting.Model.RotaryDimensions / 2;
        for (int rope = 0; rope < _frequencies.Length; rope++)
        {
            uint magnitude = BitConverter.SingleToUInt32Bits((float)Setting.Model.Ropes[rope].Magnitude);
            Driver.Launch(
                MakeAngles, new LaunchShape((int)((halves + 127) / 128), 128),
                [
                    inputs.Positions, inputs.Stretched, TensorAddress.Of(_frequencies[rope]),
                    _stretched[rope] is { } stretched ? TensorAddress.Of(stretched) : 0, magnitude, AnglesOf(inputs, rope), (uint)layout.Rows,
                ]);
        }

        _step.Begin(inputs);
        return _step;
    }

    /// <summary>Where the angles of one of the model's rotary settings are.</summary>
    public ulong AnglesOf(in CudaStepInputs inputs, int rope) =>
        inputs.Angles + ((ulong)rope * (ulong)inputs.Rows * (ulong)Setting.Model.RotaryDimensions * sizeof(float));

    /// <summary>The current step's attention in layers that see so far.</summary>
    public PlannedWork WorkOf(LayerConfig layer)
    {
        foreach (PlannedWork work in _works)
        {
            if (work.Plan.Window == (layer.Window ?? int.MaxValue))
            {
                return work;
            }
        }

        throw new ArgumentException($"No layer of the model has a window of {layer.Window}.", nameof(layer));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Driver.Enter();
        AwaitAll();
        _upload.Dispose();
        _angles.Dispose();
        _parts.Dispose();
        Array.ForEach(_frequencies, frequencies => frequencies.Dispose());
        Array.ForEach(_stretched, stretched => stretched?.Dispose());
        Driver.Unload(_program);
        Driver.Dispose();
    }

    private Tensor OnDevice(double[] frequencies)
    {
        // A copy on a CPU too, where the tensor would lie in the array itself, on no particular border.
        using Tensor inArray = torch.tensor(frequencies, dtype: ScalarType.Float64);
        return inArray.clone().to(Setting.Device).DetachFromDisposeScope();
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
        bool stretches = Setting.Model.StretchedFrom is not null;
        int numbers = ((stretches ? 3 : 2) * layout.Rows) + (4 * layout.Chunks) + layout.BlockCount, partials = 0;
        foreach (PlannedWork work in _works)
        {
            numbers += work.Numbers;
            partials = Math.Max(partials, work.Plan.Partials);
        }

        long partRows = (long)partials * Setting.Model.KeyValueHeads * Shape.SplitPairs;
        ulong parts = _parts.Room(partRows * (size + 2));
        _upload.Begin(numbers);
        CudaStepInputs inputs = new()
        {
            Rows = layout.Rows,
            Positions = _upload.Add<int>(layout.Positions.AsSpan(0, layout.Rows)),
            Stretched = stretches ? _upload.Add<int>(layout.Stretched.AsSpan(0, layout.Rows)) : 0,
            Slots = _upload.Add<int>(layout.Slots.AsSpan(0, layout.Rows)),
            Chunks = _upload.Add<StepChunk>(layout.ChunkAt.AsSpan(0, layout.Chunks)),
            Blocks = _upload.Add<int>(layout.Blocks.AsSpan(0, layout.BlockCount)),
            Angles = _angles.Room((long)Setting.Model.Ropes.Count * layout.Rows * Setting.Model.RotaryDimensions),
            PartValues = parts,
            PartSums = parts + (ulong)(partRows * size * sizeof(float)),
        };
        foreach (PlannedWork work in _works)
        {
            work.Split = _upload.Add<AttentionWork>(CollectionsMarshal.AsSpan(work.Plan.Split));
            work.Rows = _upload.Add<AttentionWork>(CollectionsMarshal.AsSpan(work.Plan.Rows));
            work.Merges = _upload.Add<AttentionMerge>(CollectionsMarshal.AsSpan(work.Plan.Merges));
        }

        _upload.Send();
        return inputs;
    }
}
