namespace Pipeline.GpuWorker.Backends;

/// <summary>A backend can work no more: the device or the engine failed, and with it every job it had.</summary>
internal sealed class BackendFailedException(string message, Exception innerException) : Exception(message, innerException);
