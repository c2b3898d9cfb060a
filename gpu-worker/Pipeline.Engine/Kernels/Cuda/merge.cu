// The second half of attention split over long contexts.
#include "attend.cuh"

/// What one block of threads joins: the parts of a chunk's pairs, one after another.
struct Merge
{
    int chunk, first_pair, first_partial, count;
};

/// blockIdx.x = merge * KV_HEADS + key head.
extern "C" __global__ void __launch_bounds__(128) merge_splits(
    const Merge* merges, const Chunk* chunks, const float* part_values, const float* part_sums, Value* out)
{
    const Merge merge = merges[blockIdx.x / KV_HEADS];
    const int head = blockIdx.x % KV_HEADS;
    const Chunk chunk = chunks[merge.chunk];
    for (int at = threadIdx.x; at < SplitPairs * HEAD_SIZE; at += blockDim.x)
    {
        const int pair = at / HEAD_SIZE, dimension = at % HEAD_SIZE;
        if (merge.first_pair + pair >= chunk.rows * Group)
        {
            break;
        }

        const long long place = (static_cast<long long>(merge.first_partial) * KV_HEADS + head) * SplitPairs + pair;
        const Parts parts = {part_values + place * HEAD_SIZE, part_sums + place * 2};
        float highest, total;
        const float value = joined(parts, merge.count, KV_HEADS * SplitPairs, dimension, highest, total);
        store_one(output_of(out, chunk, head, merge.first_pair + pair) + dimension, value / total);
    }
}
