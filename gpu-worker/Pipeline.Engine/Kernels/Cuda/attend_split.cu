// Attention for few pairs over many tokens, over a bfloat16 cache: decoding. Bound by memory.
#include "warp_attention.cuh"
#if BFLOAT16

constexpr int SplitTiles = SplitPairs / 8;

/// Where a tile's tokens lie. Blocks of sixteen tokens or a multiple hold a whole tile: one look-up, made a tile ahead.
struct TilePlace
{
    long long slot;
    int first;

    __device__ __forceinline__ void find(const int* blocks, const Chunk& chunk, int first_token, int end)
    {
        first = first_token;
        slot = BLOCK_SIZE % Sixteen == 0 && first < end ? slot_of(blocks, chunk, first) : 0;
    }

    __device__ __forceinline__ const Value* token(const Value* cache, const int* blocks, const Chunk& chunk, int i) const
    {
        return cache + (BLOCK_SIZE % Sixteen == 0 ? slot + i : slot_of(blocks, chunk, first + i)) * SlotStride;
    }
};

/// blockIdx.x = work item * KV_HEADS + key head. The warps of a block take turns at tiles; each reads straight into registers,
/// the next tile's keys while it works on this one's, and no warp waits for another before the end.
extern "C" __global__ void __launch_bounds__(SplitWarps * 32) attend_split(
    const Value* qkv, const Value* cache, const Work* works, const Chunk* chunks, const int* blocks,
    Value* out, float* part_values, float* part_sums, int window)
{
    const Work work = works[blockIdx.x / KV_HEADS];
    const int head = blockIdx.x % KV_HEADS, warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    const Chunk chunk = chunks[work.chunk];
    const Value* keys = cache + head * HEAD_SIZE;
    WarpAttention<SplitTiles> attention;
    attention.begin(qkv, chunk, head, work.first_pair);

    Keys key = {};
    TilePlace here, next;
    const auto read_keys = [&](const TilePlace& place)
    {
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            const int token = token_of_column(g, half);
            if (place.first + token < work.end)
            {
                const Value* from = place.token(keys, blocks, chunk, token);
#pragma unroll
                for (int c = 0; c < KeyChunks; c++)
                {
                    key.of[c][half] = c * 32 + t * 8 < HEAD_SIZE ? load(from + c * 32 + t * 8) : zeros();
                }
            }
        }
    };

    constexpr int Turn = SplitWarps * Sixteen;
    const int first = work.begin + warp * Sixteen;
    here.find(blocks, chunk, first, work.end);
    next.find(blocks, chunk, first + Turn, work.end);
    read_keys(here);
    while (here.first < work.end)
    {
        Values value;
#pragma unroll
        for (int i = 0; i < 4; i++)
        {
            // What lies behind the end may be no number, which 0 times would not undo.
            const bool there = here.first + t + i * 4 < work.end;
            const Value* from = there ? here.token(keys, blocks, chunk, t + i * 4) + ValueOffset : keys;
#pragma unroll
            for (int c = 0; c < ValueChunks; c++)
            {
                value.of[c][i] = there && c * 64 + g * 8 < HEAD_SIZE ? load(from + c * 64 + g * 8) : zeros();
            }
        }

        float scores[1][2][4];
        attention.score(key, scores[0]);
        TilePlace later;
        later.find(blocks, chunk, next.first + Turn, work.end);
        read_keys(next);
        unsigned powers[1][SplitTiles][2];
        attention.weigh(scores, here.first, work.end, window, powers);
        attention.add(value, powers[0]);
        here = next;
        next = later;
    }

    SHARED(float, values);                                       // [warps][pairs][HEAD_SIZE]
    float* sums = values + SplitWarps * SplitPairs * HEAD_SIZE;  // [warps][pairs][2]
    attention.end();
#pragma unroll
    for (int tile = 0; tile < SplitTiles; tile++)
    {
        const int pairs = warp * SplitPairs + tile * 8;
        if (t == 0)
        {
            sums[(pairs + g) * 2] = attention.highest[tile];
            sums[(pairs + g) * 2 + 1] = attention.sum[tile];
        }

#pragma unroll
        for (int i = 0; i < ValueChunks * 16; i++)
        {
            const int dimension = i / 16 * 64 + g * 8 + i % 16 / 4 * 2 + i % 4 / 2, pair = pairs + t * 2 + i % 2;
            if (dimension < HEAD_SIZE)
            {
                values[pair * HEAD_SIZE + dimension] = attention.output[tile][i / 4][i % 4];
            }
        }
    }

    finish_split(values, sums, chunk, work, head, out, part_values, part_sums);
}
#endif
