using Pipeline.Engine.Kernels;

namespace Pipeline.Engine;

/// <summary>How an engine is set up. <see cref="InferenceEngine.Load(EngineOptions, TimeProvider?)"/> checks it.</summary>
public sealed record EngineOptions
{
    /// <summary>A Hugging Face model directory.</summary>
    public required string ModelDirectory { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// What is computed in: <c>float32</c> or <c>bfloat16</c>; or <c>int8</c>: bfloat16, with the weights rounded to 8 bits.
    /// </summary>
    public string Dtype { get; init; } = "float32";

    /// <summary>
    /// The kernels to compute with: <c>torch</c> (the reference), <c>cpu</c>, <c>cuda</c>; or <c>auto</c>: the fastest that prove
    /// themselves against the reference when the engine is loaded.
    /// </summary>
    public string Kernels { get; init; } = KernelChoice.Auto;

    /// <summary>Tokens in a block of the KV cache.</summary>
    public int BlockSize { get; init; } = 16;

    /// <summary>Blocks of the KV cache. Null: as many as <see cref="KvCacheBytes"/> hold.</summary>
    public int? BlockCount { get; init; }

    /// <summary>
    /// Memory for the KV cache when <see cref="BlockCount"/> is null. Null: measured once the weights are loaded; of a CPU's free
    /// memory a quarter, of a CUDA device's all that the largest step leaves. No more is taken than all running sequences at
    /// full context can use.
    /// </summary>
    public long? KvCacheBytes { get; init; }

    /// <summary>Sequences computed at a time. Null: 64 on a CPU; on CUDA up to 1024, by the memory of the KV cache.</summary>
    public int? MaxRunningSequences { get; init; }

    /// <summary>Tokens computed in a step. Null: 2048 on a CPU, 8192 on CUDA, or as many as the KV cache holds.</summary>
    public int? TokenBudget { get; init; }

    /// <summary>Prompt tokens of one sequence in a step. Null: the token budget.</summary>
    public int? PrefillChunk { get; init; }

    /// <summary>Whether prompts share blocks of equal beginnings.</summary>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>
    /// Who guesses tokens ahead for requests that do not say, so that the model checks several in one step. How many are guessed
    /// follows from what is measured: none where it does not pay. The tokens are the same as without.
    /// </summary>
    public SpeculationMode Speculation { get; init; } = SpeculationMode.Off;

    /// <summary>
    /// The Hugging Face directory of a smaller model for <see cref="SpeculationMode.Draft"/>. Its tokens have to be the model's.
    /// It is computed in the same type on the same device, and its KV cache comes out of the same memory.
    /// </summary>
    public string? DraftModelDirectory { get; init; }

    /// <summary>Tokens of a sequence that are guessed at a time, at most.</summary>
    public int MostDrafted { get; init; } = 12;

    /// <summary>
    /// Whether tokens that a constraint leaves no choice about are computed together with the one before them. The outputs are
    /// the same as without.
    /// </summary>
    public bool JumpAhead { get; init; } = true;

    /// <summary>Threads that libtorch computes with, in the whole process. Null: all cores.</summary>
    public int? Threads { get; init; }

    /// <summary>Seeds the requests that bring no seed. Null: drawn anew.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// Steps that are launched before the outcome of the one before is known: 0 or 1. Null: 1 where the device computes by
    /// itself, 0 on a CPU.
    /// </summary>
    internal int? StepsAhead { get; init; }

    /// <summary>Makes who guesses in place of prompt look-up: for tests.</summary>
    internal Func<Speculation.IDrafter>? Drafter { get; init; }
}
