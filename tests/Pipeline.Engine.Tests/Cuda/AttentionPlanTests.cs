using Pipeline.Engine.Execution;
using Pipeline.Engine.Kernels;
using Pipeline.Engine.Kernels.Cuda;
using Pipeline.Engine.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Tests.Cuda;

public sealed class AttentionPlanTests
{
    [Fact]
    public void Every_pair_attends_over_each_of_its_tokens_once()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            KernelSetting setting = KernelCase.ForShape(
                random.Next(1, 20), 1, 64, 16, random.Next(2) == 0 ? ScalarType.BFloat16 : ScalarType.Float32);
            (int Context, int Rows)[] chunks = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
            {
                int context = random.Next(1, random.Next(3) == 0 ? 3000 : 200);
                return (context, random.Next(2) == 0 ? 1 : random.Next(1, context + 1));
            })];
            StepLayout layout = Layout(chunks);
            AttentionPlan plan = new(new CudaShape(setting), keyHeads: 1, multiprocessors: random.Next(1, 200));
            plan.Make(layout);

            int group = setting.Model.Group, splitPairs = new CudaShape(setting).SplitPairs, rowPairs = new CudaShape(setting).RowPairs;
            int partials = 0;
            for (int chunk = 0; chunk < layout.Chunks; chunk++)
            {
                StepChunk of = layout.ChunkAt[chunk];
                for (int pair = 0; pair < of.Rows * group; pair++)
                {
                    int needed = of.Start + (pair / group) + 1;
                    AttentionWork[] split = [.. plan.Split.Where(w => w.Chunk == chunk && pair >= w.FirstPair && pair < w.FirstPair + splitPairs)];
                    AttentionWork[] rows = [.. plan.Rows.Where(w => w.Chunk == chunk && pair >= w.FirstPair && pair < w.FirstPair + rowPairs)];
                    AttentionWork[] work = [.. split, .. rows];
                    Assert.True(split.Length == 0 || rows.Length == 0);
                    int end = 0;
                    foreach (AttentionWork part in work.OrderBy(w => w.Begin))
                    {
                        Assert.Equal(end, part.Begin);
                        Assert.True(part.End > part.Begin);
                        end = part.End;
                    }

                    Assert.InRange(end, needed, of.Context);
                    AttentionMerge[] merges = [.. plan.Merges.Where(m => m.Chunk == chunk && pair >= m.FirstPair && pair < m.FirstPair + splitPairs)];
                    if (work.Length == 1)
                    {
                        Assert.Equal(-1, work[0].Partial);
                        Assert.Empty(merges);
                    }
                    else
                    {
                        AttentionMerge merge = Assert.Single(merges);
                        Assert.Equal(Enumerable.Range(merge.FirstPartial, merge.Count), work.Select(w => w.Partial));
                    }
                }
            }

            foreach (AttentionMerge merge in plan.Merges)
            {
                partials += merge.Count;
            }

            Assert.Equal(plan.Partials, partials);
        }
    }

    [Fact]
    public void A_full_step_is_not_split()
    {
        AttentionPlan plan = new(new CudaShape(KernelCase.ForShape(32, 8, 128, 16, ScalarType.BFloat16)), keyHeads: 8, multiprocessors: 132);
        plan.Make(Layout([.. Enumerable.Repeat((1500, 1), 256)]));
        Assert.Equal(256, plan.Split.Count);
        Assert.Empty(plan.Merges);
    }

    [Fact]
    public void A_lone_long_context_is_split_over_the_device()
    {
        AttentionPlan plan = new(new CudaShape(KernelCase.ForShape(32, 8, 128, 16, ScalarType.BFloat16)), keyHeads: 8, multiprocessors: 132);
        plan.Make(Layout([(100_000, 1)]));
        Assert.True(plan.Split.Count * 8 >= 132, $"{plan.Split.Count} parts");
        Assert.Single(plan.Merges);
    }

    private static StepLayout Layout((int Context, int Rows)[] chunks)
    {
        StepLayout layout = new(16);
        foreach ((int context, int rows) in chunks)
        {
            Sequence sequence = new("", [.. Enumerable.Repeat(1, context)], 1, "");
            sequence.Table.Blocks.AddRange(Enumerable.Range(0, layout.BlocksFor(context)));
            layout.Add(new PlannedChunk(sequence, context - rows, rows));
        }

        return layout;
    }
}
