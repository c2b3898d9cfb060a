using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>
/// Brings a step's whole numbers to the device in one copy that nobody waits for. There are two buffers on the host: one is
/// filled while the copy out of the other may still be under way. One is enough on the device, where copies and
/// kernels keep their order.
/// </summary>
internal sealed unsafe class StepUpload : IDisposable
{
    private const int Sides = 2;

    private readonly ICudaDriver _driver;
    private readonly Device _device;
    private readonly nint[] _host = new nint[Sides];
    private readonly nint[] _copied = new nint[Sides];
    private int _side;
    private int _capacity;
    private int _filled;
    private Tensor? _target;

    public StepUpload(ICudaDriver driver, Device device)
    {
        _driver = driver;
        _device = device;
        for (int side = 0; side < Sides; side++)
        {
            _copied[side] = driver.CreateMark();
        }
    }

    /// <summary>Begins a step of at most that many whole numbers.</summary>
    public void Begin(int count)
    {
        _side = (_side + 1) % Sides;
        _driver.Await(_copied[_side]);
        _filled = 0;
        if (count > _capacity)
        {
            Grow(count);
        }
    }

    /// <summary>Adds values.</summary>
    /// <returns>The address that they will have on the device.</returns>
    public ulong Add<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<int> words = MemoryMarshal.Cast<T, int>(values);
        words.CopyTo(new Span<int>((void*)_host[_side], _capacity)[_filled..]);
        ulong address = TensorAddress.Of(_target!) + ((ulong)_filled * sizeof(int));
        _filled += words.Length;
        return address;
    }

    /// <summary>Starts the copy.</summary>
    public void Send()
    {
        _driver.Upload((nint)TensorAddress.Of(_target!), _host[_side], (long)_filled * sizeof(int));
        _driver.Mark(_copied[_side]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int side = 0; side < Sides; side++)
        {
            _driver.Await(_copied[side]);
            _driver.DestroyMark(_copied[side]);
            Free(side);
        }

        _target?.Dispose();
    }

    private void Grow(int count)
    {
        _capacity = Math.Max(count, _capacity * 2);
        _target?.Dispose();
        _target = torch.empty([_capacity], dtype: ScalarType.Int32, device: _device).DetachFromDisposeScope();
        for (int side = 0; side < Sides; side++)
        {
            _driver.Await(_copied[side]);
            Free(side);
            _host[side] = _driver.AllocateHost((long)_capacity * sizeof(int));
        }
    }

    private void Free(int side)
    {
        if (_host[side] != 0)
        {
            _driver.FreeHost(_host[side]);
        }
    }
}
