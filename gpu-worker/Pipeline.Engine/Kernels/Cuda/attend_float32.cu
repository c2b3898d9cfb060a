// Attention over a float32 cache: plain multiply-adds, for chunks of any length.
#include "attend.cuh"
#if !BFLOAT16

constexpr int HeadParts = (HEAD_SIZE + 31) / 32;   // values of a head that a lane sums up

/// blockIdx.x = work item * KV_HEADS + key head. A warp takes 32 tokens at a time, a lane one of them for the scores and
/// every 32nd dimension for the values; the warps of the block take turns.
extern "C" __global__ void __launch_bounds__(SplitWarps * 32) attend_split(
    const Value* qkv, const Value* cache, const Work* works, const Chunk* chunks, const int* blocks,
    Value* out, float* part_values, float* part_sums, int window)
{
    SHARED(float, queries);                                      // [pairs][HEAD_SIZE]
    float* values = queries + SplitPairs * HEAD_SIZE;            // [warps][pairs][HEAD_SIZE]
    float* sums = values + SplitWarps * SplitPairs * HEAD_SIZE;  // [warps][pairs][2]
    const Work work = works[blockIdx.x / KV_HEADS];
    const int head = blockIdx.x % KV_HEADS, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const Chunk chunk = chunks[work.chunk];
    const Value* keys = cache + head * HEAD_SIZE;
    for (int at = threadIdx.x; at < SplitPairs * HEAD_SIZE; at += blockDim.x)
    {
        const int pair = work.first_pair + at / HEAD_SIZE;
        queries[at] = pair < chunk.rows * Group ? query_of(qkv, chunk, head, pair)[at % HEAD_SIZE] * ProductFactor : 0;
    }

    __syncthreads();
    float highest[SplitPairs], sum[SplitPairs], output[SplitPairs][HeadParts];
#pragma unroll
    for (int pair = 0; pair < SplitPairs; pair++)
    {
        highest[pair] = Lowest;
        sum[pair] = 0;
#pragma unroll
        for (int i = 0; i < HeadParts; i++)
        {
            output[pair][i] = 0;
        }
    }

    for (int first = work.begin + warp * 32; first < work.end; first += SplitWarps * 32)
    {
        const int token = first + lane;
        const long long slot = token < work.end ? slot_of(blocks, chunk, token) * SlotStride : 0;
        float score[SplitPairs] = {};
        for (int d = 0; d < HEAD_SIZE && token < work.end; d += Width)
        {
            float key[Width];
            widen(load(keys + slot + d), key);
#pragma unroll
            for (int pair = 0; pair < SplitPairs; pair++)
            {
#pragma unroll
                for (int j = 0; j < Width; j++)
                {
                    score[pair] += key[j] * queries[pair * HEAD_SIZE + d + j];
                }
            }
        }

#pragma unroll
        for (int pair = 0; pair < SplitPairs; pair++)
        {
            const int limit = limit_of(chunk, work.first_pair + pair);
            const bool seen = token < work.end && token < limit && token >= first_of(limit, window);
            score[pair] = finished(score[pair]);
            float most = seen ? score[pair] : Lowest;
#pragma unroll
            for (int other = 16; other > 0; other /= 2)
            {
                most = fmaxf(most, __shfl_xor_sync(AllLanes, most, other));
            }

            most = fmaxf(most, highest[pair]);
            const float fade = power_of_two(highest[pair] - most);
            highest[pair] = most;
            score[pair] = seen ? power_of_two(score[pair] - most) : 0;
            sum[pair] = sum[pair] * fade + score[pair];
#pragma unroll
            for (int i = 0; i < HeadParts; i++)
            {
                output[pair][i] *= fade;
            }
        }

        const int count = work.end - first < 32 ? work.end - first : 32;
        for (int i = 0; i < count; i++)
        {
            const Value* value = keys + __shfl_sync(AllLanes, slot, i) + ValueOffset;
            float read[HeadParts];
#pragma unroll
            for (int part = 0; part < HeadParts; part++)
            {
                read[part] = lane + part * 32 < HEAD_SIZE ? value[lane + part * 32] : 0;
            }

#pragma unroll
            for (int pair = 0; pair < SplitPairs; pair++)
            {
                const float weight = __shfl_sync(AllLanes, score[pair], i);
#pragma unroll
                for (int part = 0; part < HeadParts; part++)
                {
                    output[pair][part] += weight * read[part];
                }
            }
        }
    }

#pragma unroll
    for (int pair = 0; pair < SplitPairs; pair++)
    {
        const int place = warp * SplitPairs + pair;
        const float total = sum_of_warp(sum[pair]);
        if (lane == 0)
        {
            sums[place * 2] = highest[pair];
            sums[place * 2 + 1] = total;
        }

#pragma unroll
        for (int part = 0; part < HeadParts; part++)
        {
            if (lane + part * 32 < HEAD_SIZE)
            {
                values[place * HEAD_SIZE + lane + part * 32] = output[pair][part];
            }
        }
    }

    finish_split(values, sums, chunk, work, head, out, part_values, part_sums);
}
#endif
