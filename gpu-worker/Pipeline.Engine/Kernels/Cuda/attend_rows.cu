// Attention for many pairs, over a bfloat16 cache: prefill. Bound by arithmetic: keys and values go through shared memory, where
// all warps of the block read them, and the next tile is on its way while this one is worked on.
#include "warp_attention.cuh"
#if BFLOAT16

constexpr int RowWarps = 8;
constexpr int RowTiles = HEAD_SIZE > 128 ? 1 : 2;    // eights of pairs of a warp: with wide heads the registers hold one
constexpr int KeyTile = HEAD_SIZE > 128 ? 32 : 64;   // tokens in shared memory at a time

// Distances in shared memory, in values, at which the eight lanes that read together meet 32 different banks: for keys, tokens
// four apart must be half the banks apart; for values, four tokens in a row must be a quarter each.
constexpr int KeyStride = HEAD_SIZE + 8;
constexpr int ValueStride = HEAD_SIZE + (HEAD_SIZE % 32 == 0 ? 16 : 0);
constexpr int TileValues = KeyTile * (KeyStride + ValueStride);

__device__ __forceinline__ void copy_tile(
    Value* tile, const Value* keys, const int* blocks, const Chunk& chunk, int first, int end)
{
    constexpr int Vectors = HEAD_SIZE / Width;
    for (int at = threadIdx.x; at < KeyTile * Vectors; at += RowWarps * 32)
    {
        const int token = at / Vectors, dimension = at % Vectors * Width;
        const bool there = first + token < end;
        const Value* from = there ? keys + slot_of(blocks, chunk, first + token) * SlotStride + dimension : keys;
        copy_async(tile + token * KeyStride + dimension, from, there);
        copy_async(tile + KeyTile * KeyStride + token * ValueStride + dimension, from + ValueOffset, there);
    }

    commit_copies();
}

/// blockIdx.x = work item * KV_HEADS + key head. A block takes RowWarps * RowTiles * 8 pairs, over all their tokens.
extern "C" __global__ void __launch_bounds__(RowWarps * 32) attend_rows(
    const Value* qkv, const Value* cache, const Work* works, const Chunk* chunks, const int* blocks, Value* out,
    int window)
{
    SHARED(Value, tiles);                            // [2][keys, then values]
    const Work work = works[blockIdx.x / KV_HEADS];
    const int head = blockIdx.x % KV_HEADS, warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    const Chunk chunk = chunks[work.chunk];
    const Value* keys = cache + head * HEAD_SIZE;
    const int first_pair = work.first_pair + warp * RowTiles * 8;
    WarpAttention<RowTiles> attention;
    attention.begin(qkv, chunk, head, first_pair);

    // The warp's last pair sees the most; a warp behind the chunk's end sees nothing.
    const int last_pair = first_pair + RowTiles * 8 - 1, pairs = chunk.rows * Group;
    const int warp_end = first_pair < pairs ? limit_of(chunk, last_pair < pairs ? last_pair : pairs - 1) : 0;

    copy_tile(tiles, keys, blocks, chunk, work.begin, work.end);
    for (int first = work.begin, stage = 0; first < work.end; first += KeyTile, stage ^= 1)
    {
        copy_tile(tiles + (stage ^ 1) * TileValues, keys, blocks, chunk, first + KeyTile, work.end);
        await_copies<1>();
        __syncthreads();
        const Value* tile = tiles + stage * TileValues;
        if (first < warp_end)
        {
            float scores[KeyTile / Sixteen][2][4];
#pragma unroll
            for (int i = 0; i < KeyTile / Sixteen; i++)
            {
                Keys key;
#pragma unroll
                for (int at = 0; at < KeyChunks * 2; at++)
                {
                    const int c = at / 2, half = at % 2, dimension = c * 32 + t * 8;
                    key.of[c][half] = dimension < HEAD_SIZE
                        ? load(tile + (i * Sixteen + token_of_column(g, half)) * KeyStride + dimension) : zeros();
                }

                attention.score(key, scores[i]);
            }

            unsigned powers[KeyTile / Sixteen][RowTiles][2];
            attention.weigh(scores, first, work.end, window, powers);
#pragma unroll
            for (int i = 0; i < KeyTile / Sixteen; i++)
            {
                Values value;
#pragma unroll
                for (int at = 0; at < ValueChunks * 4; at++)
                {
                    const int c = at / 4, dimension = c * 64 + g * 8;
                    value.of[c][at % 4] = dimension < HEAD_SIZE
                        ? load(tile + KeyTile * KeyStride + (i * Sixteen + t + at % 4 * 4) * ValueStride + dimension) : zeros();
                }

                attention.add(value, powers[i]);
            }
        }

        __syncthreads();   // before the next copies overwrite this tile
    }

    await_copies<0>();
    attention.end();
#pragma unroll
    for (int tile = 0; tile < RowTiles; tile++)
    {
        const float even = 1 / __shfl_sync(AllLanes, attention.sum[tile], t * 8), odd = 1 / __shfl_sync(AllLanes, attention.sum[tile], t * 8 + 4);
#pragma unroll
        for (int at = 0; at < ValueChunks * 2; at++)
        {
            const int c = at / 2, pair = first_pair + tile * 8 + t * 2 + at % 2, dimension = c * 64 + g * 8;
            if (pair < pairs && dimension < HEAD_SIZE)
            {
                float wide[Width];
#pragma unroll
                for (int j = 0; j < Width; j++)
                {
                    wide[j] = attention.output[tile][c * 4 + j / 2][j % 2 * 2 + at % 2] * (at % 2 == 0 ? even : odd);
                }

                store(output_of(out, chunk, head, pair) + dimension, narrow(wide));
            }
        }
    }
}
#endif
