using System.Runtime;

namespace Pipeline.ModelTrainer.Training;

/// <summary>
/// Keeps the garbage collector out of a stretch of work. TorchSharp 0.107 hands native code numbers (its Scalar) whose
/// finalizers may free them while the call still runs; with millions of calls that happens, and ends the run.
/// Finalizers only run after a collection: so none in between, and none left over from before.
/// </summary>
internal static class CollectionPause
{
    // More than a step allocates, examples in the making included.
    private const long Room = 128L << 20;

    public static void During(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var paused = GC.TryStartNoGCRegion(Room);
        try
        {
            work();
        }
        finally
        {
            // The region has ended by itself where more was allocated than it had room for.
            if (paused && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            {
                GC.EndNoGCRegion();
            }
        }
    }
}
