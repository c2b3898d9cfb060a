// What the attention kernels share. Work is over pairs: pair p of a chunk is its row p / Group and, of the key head's query
// heads, number p % Group. A chunk has rows * Group pairs, all of which read the same keys and values: they are read once.
#pragma once
#include "device.cuh"

constexpr int SplitPairs = Group <= 8 ? 8 : 16;    // pairs of one work item of attend_split
constexpr int SplitWarps = 4;
constexpr float Log2E = 1.4426950408889634f;       // powers are of two

/// How many tokens a pair attends over.
__device__ __forceinline__ int limit_of(const Chunk& chunk, int pair)
{
    const int row = pair / Group;
    return row < chunk.rows ? chunk.context - chunk.rows + row + 1 : 0;
}

__device__ __forceinline__ const Value* query_of(const Value* qkv, const Chunk& chunk, int head, int pair)
{
    return qkv + static_cast<long long>(chunk.first_row + pair / Group) * QueryStride + (head * Group + pair % Group) * HEAD_SIZE;
}

__device__ __forceinline__ Value* output_of(Value* out, const Chunk& chunk, int head, int pair)
{
    return out + (static_cast<long long>(chunk.first_row + pair / Group) * HEADS + head * Group + pair % Group) * HEAD_SIZE;
}

/// The first token that a pair attends over, given how many there are up to its own: those before are none of its window.
__device__ __forceinline__ int first_of(int limit, int window) { return WINDOWED ? limit - window : 0; }

/// What products of queries and keys are multiplied by; `finished` then makes them scores, of which powers of two are taken.
constexpr bool Capped = ATTENTION_CAP > 0;
constexpr float ProductFactor = Capped ? ATTENTION_SCALE / (Capped ? ATTENTION_CAP : 1.0f) : ATTENTION_SCALE * Log2E;
__device__ __forceinline__ float finished(float product) { return Capped ? ATTENTION_CAP * Log2E * tanhf(product) : product; }

/// What several runs over parts of the tokens leave for each pair: the highest score, the sum of powers, and the weighted
/// values, not yet divided by the sum. In memory: [parts][pairs][HEAD_SIZE] values, and [parts][pairs][2] of the other two.
struct Parts
{
    const float* values;
    const float* sums;
};

/// Joins parts of one pair; what is to be divided by is in `total`. `stride` is the parts' distance in pairs.
__device__ __forceinline__ float joined(const Parts& parts, int count, int stride, int dimension, float& highest, float& total)
{
    highest = Lowest;
    for (int part = 0; part < count; part++)
    {
        highest = fmaxf(highest, parts.sums[part * stride * 2]);
    }

    float value = 0;
    total = 0;
    for (int part = 0; part < count; part++)
    {
        const float weight = power_of_two(parts.sums[part * stride * 2] - highest);
        total += parts.sums[part * stride * 2 + 1] * weight;
        value += parts.values[static_cast<long long>(part) * stride * HEAD_SIZE + dimension] * weight;
    }

    return value;
}

/// The end of attend_split: the block's warps, each of which saw some of the tokens, join what they have in shared memory. It
/// is the result if the item covers its pairs' context, and else a part for merge_splits.
__device__ __forceinline__ void finish_split(
    const float* values, const float* sums, const Chunk& chunk, const Work& work, int head, Value* out, float* part_values, float* part_sums)
{
    __syncthreads();
    for (int at = threadIdx.x; at < SplitPairs * HEAD_SIZE; at += blockDim.x)
    {
        const int pair = at / HEAD_SIZE, dimension = at % HEAD_SIZE;
        if (work.first_pair + pair >= chunk.rows * Group)
        {
            break;
        }

        const Parts parts = {values + pair * HEAD_SIZE, sums + pair * 2};
        float highest, total;
        const float value = joined(parts, SplitWarps, SplitPairs, dimension, highest, total);
        if (work.partial < 0)
        {
            store_one(output_of(out, chunk, head, work.first_pair + pair) + dimension, value / total);
            continue;
        }

        const long long place = (static_cast<long long>(work.partial) * KV_HEADS + head) * SplitPairs + pair;
        part_values[place * HEAD_SIZE + dimension] = value;
        if (dimension == 0)
        {
            part_sums[place * 2] = highest;
            part_sums[place * 2 + 1] = total;
        }
    }
}
