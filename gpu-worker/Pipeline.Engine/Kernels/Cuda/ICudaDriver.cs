namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>
/// What the kernels need of a CUDA device. All work goes to the default stream, which is the one that torch uses, so that it
/// runs in the order of the calls. Not thread-safe.
/// </summary>
internal interface ICudaDriver : IDisposable
{
    /// <summary>Processors of the device, each of which runs blocks of threads.</summary>
    int Multiprocessors { get; }

    /// <summary>The most shared memory that a block of threads may ask for.</summary>
    int SharedMemoryLimit { get; }

    /// <summary>Makes the device current for the calling thread. Cheap.</summary>
    void Enter();

    /// <summary>Compiles a program and loads it.</summary>
    /// <returns>Its handle, for <see cref="Function"/>.</returns>
    /// <exception cref="CudaCompilationException">It does not compile.</exception>
    nint Load(CudaProgram program);

    /// <summary>Finds a kernel.</summary>
    /// <param name="program">As <see cref="Load"/> returned it.</param>
    /// <param name="name">The kernel's name.</param>
    /// <param name="sharedBytes">The most shared memory that its launches will ask for.</param>
    nint Function(nint program, string name, int sharedBytes);

    /// <summary>Unloads a program, once what was launched is over.</summary>
    void Unload(nint program);

    /// <summary>Starts a kernel; returns at once.</summary>
    /// <param name="function">As <see cref="Function"/> returned it.</param>
    /// <param name="shape">How many threads.</param>
    /// <param name="arguments">The arguments, each in the low bytes of its entry.</param>
    void Launch(nint function, LaunchShape shape, ReadOnlySpan<ulong> arguments);

    /// <summary>Takes host memory that the device copies from by itself.</summary>
    nint AllocateHost(long bytes);

    /// <summary>Gives it back.</summary>
    void FreeHost(nint memory);

    /// <summary>Starts a copy to the device; returns at once.</summary>
    void Upload(nint to, nint from, long bytes);

    /// <summary>Makes a mark, which stands for a place in the order of work.</summary>
    nint CreateMark();

    /// <summary>Sets a mark behind all work so far.</summary>
    void Mark(nint mark);

    /// <summary>Waits until the device has got to a mark.</summary>
    void Await(nint mark);

    /// <summary>Gives a mark back.</summary>
    void DestroyMark(nint mark);
}
