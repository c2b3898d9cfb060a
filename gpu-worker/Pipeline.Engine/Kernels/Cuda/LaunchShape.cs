namespace Pipeline.Engine.Kernels.Cuda;

/// <summary>How many threads run a kernel, and with what.</summary>
/// <param name="Blocks">Blocks of threads, along x.</param>
/// <param name="Threads">Threads in a block: a multiple of 32, at most 1024.</param>
/// <param name="SharedBytes">Shared memory of a block.</param>
/// <param name="BlocksDown">Blocks along y: at most 65,535.</param>
internal readonly record struct LaunchShape(int Blocks, int Threads, int SharedBytes = 0, int BlocksDown = 1);
