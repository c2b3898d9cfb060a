namespace Pipeline.Benchmarks.Attention;

/// <summary>What a case took.</summary>
/// <param name="Shape">The model's shape.</param>
/// <param name="Dtype">The type.</param>
/// <param name="Case">What attended over what.</param>
/// <param name="Kernels">The kernels that computed.</param>
/// <param name="Calls">Layers timed.</param>
/// <param name="Seconds">Median of a layer.</param>
/// <param name="BytesPerSecond">Keys and values read, in decoding.</param>
/// <param name="OperationsPerSecond">Multiply-adds, two operations each, in prefill.</param>
/// <param name="Share">Of the machine's measured limit: memory in decoding, float32 multiply-adds in prefill.</param>
internal sealed record AttentionResult(
    string Shape, string Dtype, string Case, string Kernels, int Calls, double Seconds,
    double? BytesPerSecond, double? OperationsPerSecond, double Share);
