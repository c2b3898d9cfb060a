using Pipeline.Benchmarks.Machines;
using Pipeline.Benchmarks.Throughput;
using Pipeline.Engine.Models;

namespace Pipeline.Benchmarks.Tests.Throughput;

/// <summary>Against figures worked out by hand for a model small enough for it.</summary>
public sealed class RooflineTests
{
    // A layer has 8*2*2*(4+2) = 192 attention weights and 3*8*16 = 384 others; the head has 8*100 = 800. Cached values per token: 2*3*2*2 = 24.
    private static readonly ModelConfig Model = new()
    {
        HiddenSize = 8, IntermediateSize = 16, Layers = 3, Heads = 4, KeyValueHeads = 2, HeadSize = 2, VocabularySize = 100, ContextLength = 64,
        Ropes = [new() { Theta = 10000, Dimensions = 2 }], NormEpsilon = 1e-5, EndTokens = [],
    };

    private static readonly Ceilings Ceilings = new(Bytes: 1e6, Fused: 0, Float32: 1e6, Bfloat16: 4e6, Int8: 5e6);

    // Prompts of 10, outputs of 4: the three tokens that are decoded see 11, 12 and 13, their own included.
    private static readonly Workload Plain = new(Jobs: 2, Shared: 0, Unique: 10, Output: 4, Batch: 2);

    [Fact]
    public void A_decode_step_reads_every_weight_and_each_sequences_context_and_writes_its_tokens()
    {
        Roofline roofline = new(Model, Plain, "float32", Ceilings);
        Assert.Equal((4 * ((3 * 576) + 800)) + (4 * 24 * 5 * (12 + 1)), roofline.Bytes(0, 5), 6);
    }

    [Theory]
    [InlineData("bfloat16", 2, 2)]
    [InlineData("int8", 1, 2)]
    public void Weights_and_cache_are_counted_in_the_sizes_of_their_types(string dtype, int weight, int cached)
    {
        Roofline roofline = new(Model, Plain, dtype, Ceilings);
        Assert.Equal((weight * 2528) + (cached * 24 * 13), roofline.Bytes(0, 1), 6);
    }

    [Fact]
    public void A_decoded_token_passes_all_projections_the_head_and_its_context()
    {
        Roofline roofline = new(Model, Plain, "float32", Ceilings);
        Assert.Equal((2 * 3 * 576) + (2 * 800) + (4 * 3 * 4 * 2 * 12), roofline.Operations(0, 1), 6);
    }

    [Fact]
    public void A_whole_prefill_attends_to_every_pair_once_and_samples_once_a_job()
    {
        Roofline plain = new(Model, Plain, "float32", Ceilings);
        Assert.Equal((20 * 2 * 1728) + (2 * 2 * 800) + (96 * 2 * 55), plain.Operations(20, 0), 6);

        // What is shared is computed once, and attended to by all.
        Roofline shared = new(Model, new Workload(Jobs: 2, Shared: 6, Unique: 4, Output: 4, Batch: 2), "float32", Ceilings);
        Assert.Equal((14 * 2 * 1728) + (2 * 2 * 800) + (96 * (21 + (2 * 34))), shared.Operations(14, 0), 6);
    }

    [Fact]
    public void A_step_takes_at_least_as_long_as_the_slower_of_memory_and_arithmetic()
    {
        Roofline roofline = new(Model, Plain, "float32", Ceilings);
        Assert.True(roofline.MemorySeconds(0, 1) > roofline.MatrixSeconds(0, 1));
        Assert.Equal(roofline.Bytes(0, 1) / 1e6, roofline.LeastSeconds(0, 1), 12);
        Assert.True(roofline.MatrixSeconds(20, 0) > roofline.MemorySeconds(20, 0));
        Assert.Equal(roofline.Operations(20, 0) / 1e6, roofline.LeastSeconds(20, 0), 12);
        Assert.Equal(roofline.Operations(20, 0) / 4e6, new Roofline(Model, Plain, "bfloat16", Ceilings).MatrixSeconds(20, 0), 12);
        Assert.Equal(roofline.Operations(20, 0) / 5e6, new Roofline(Model, Plain, "int8", Ceilings).MatrixSeconds(20, 0), 12);
    }

    [Fact]
    public void A_tally_keeps_steps_that_only_decode_apart_from_those_that_compute_prompts()
    {
        Roofline roofline = new(Model, Plain, "float32", Ceilings);
        StepTally tally = new(roofline);
        tally.Add(20, 0, 1);
        tally.Add(0, 2, 0.5);
        tally.Add(0, 0, 0.25);
        tally.Add(0, 1, 0.5);
        Assert.Equal(3, tally.Steps);
        Assert.Equal(20, tally.PrefillTokens);
        Assert.Equal(20.0, tally.PrefillRate);
        Assert.Equal(3.0, tally.DecodeRate);
        Assert.Equal(1.5, tally.MeanBatch);
        Assert.Equal(roofline.MemorySeconds(0, 2) + roofline.MemorySeconds(0, 1), tally.DecodeBandwidthShare!.Value, 12);
        Assert.Equal(roofline.MatrixSeconds(20, 0), tally.PrefillMatrixShare!.Value, 12);
        Assert.Equal((roofline.LeastSeconds(20, 0) + roofline.LeastSeconds(0, 2) + roofline.LeastSeconds(0, 1)) / 2, tally.RooflineShare!.Value, 12);
    }

    [Fact]
    public void A_run_without_a_decode_step_has_no_decode_rate() => Assert.Null(new StepTally(new Roofline(Model, Plain, "float32", Ceilings)).DecodeRate);
}
