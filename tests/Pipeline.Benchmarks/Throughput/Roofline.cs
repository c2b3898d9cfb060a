using Pipeline.Benchmarks.Machines;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Throughput;

/// <summary>
/// The bytes and operations that a step cannot do without, from the model's shape, and the time that the machine's
/// ceilings allow for them. A step reads every weight once, and for each sequence the keys and values of its context;
/// a multiply-add is two operations. What sequences share is counted for each of them. Contexts are the workload's
/// averages: sums over a run are exact, those of a single step are not.
/// </summary>
internal sealed class Roofline
{
    private readonly Ceilings _ceilings;
    private readonly double _matrixRate;
    private readonly double _weightBytes;
    private readonly double _tokenOperations;
    private readonly double _headOperations;
    private readonly double _attendedOperations;
    private readonly double _cacheBytes;
    private readonly double _decodeContext;
    private readonly double _prefillAttended;
    private readonly double _prefillRead;
    private readonly double _prefillSamples;

    public Roofline(ModelConfig model, Workload workload, string dtype, Ceilings ceilings)
    {
        double layer = ((double)model.HiddenSize * model.HeadSize * 2 * (model.Heads + model.KeyValueHeads))
            + (3.0 * model.HiddenSize * model.IntermediateSize);
        double head = (double)model.HiddenSize * model.VocabularySize;
        int weightSize = dtype switch { "float32" => 4, "int8" => 1, _ => 2 };
        int valueSize = dtype == "float32" ? 4 : 2;
        _ceilings = ceilings;
        _matrixRate = ceilings.Operations(dtype);
        _weightBytes = weightSize * ((model.Layers * layer) + head);
        _tokenOperations = 2 * model.Layers * layer;
        _headOperations = 2 * head;
        _attendedOperations = 4.0 * model.Layers * model.Heads * model.HeadSize;
        _cacheBytes = (double)valueSize * model.CacheValuesPerToken;

        // Decoding computes all outputs but the first, which the prompt's last token gives.
        _decodeContext = workload.Prompt + (workload.Output / 2.0);
        double shared = workload.Shared * (workload.Shared + 1) / 2.0;
        double own = workload.Unique * (workload.Shared + ((workload.Unique + 1) / 2.0));
        _prefillAttended = (shared + (workload.Jobs * own)) / workload.LeastPrefill;
        _prefillRead = (double)workload.PromptTokens / workload.LeastPrefill;
        _prefillSamples = (double)workload.Jobs / workload.LeastPrefill;
    }

    /// <summary>Bytes that a step reads and writes at least.</summary>
    public double Bytes(long prefillTokens, long decodeTokens) =>
        _weightBytes + (_cacheBytes * ((prefillTokens * (_prefillRead + 1)) + (decodeTokens * (_decodeContext + 1))));

    /// <summary>Operations of a step.</summary>
    public double Operations(long prefillTokens, long decodeTokens) =>
        ((prefillTokens + decodeTokens) * _tokenOperations)
        + (((prefillTokens * _prefillSamples) + decodeTokens) * _headOperations)
        + (((prefillTokens * _prefillAttended) + (decodeTokens * _decodeContext)) * _attendedOperations);

    /// <summary>The seconds that memory needs for a step.</summary>
    public double MemorySeconds(long prefillTokens, long decodeTokens) => Bytes(prefillTokens, decodeTokens) / _ceilings.Bytes;

    /// <summary>The seconds that matrix products need for a step's operations.</summary>
    public double MatrixSeconds(long prefillTokens, long decodeTokens) => Operations(prefillTokens, decodeTokens) / _matrixRate;

    /// <summary>The least seconds that a step can take.</summary>
    public double LeastSeconds(long prefillTokens, long decodeTokens) =>
        Math.Max(MemorySeconds(prefillTokens, decodeTokens), MatrixSeconds(prefillTokens, decodeTokens));
}
