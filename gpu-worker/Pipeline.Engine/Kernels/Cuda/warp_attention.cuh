// Attention of a warp over a bfloat16 cache, sixteen tokens at a time, on the tensor cores.
//
// The products are scores = queries * keys^T and output^T = values^T * powers^T. A lane (g = lane / 4, t = lane % 4) reads keys
// and values sixteen bytes at a time, as they lie, and neither needs a transpose on the way, since
//  - a sum over dimensions may take them in any order: the sixteen bytes of dimensions 8t.. of a key are two steps' worth of
//    one lane's fragment, if the queries are read in the same way;
//  - tokens may stand in any column of the scores: lane (g, t)'s are t, t+4, t+8, t+12, and the very same lane reads the values
//    of these four tokens, dimensions 8g..8g+7;
//  - where the first product leaves the scores of query g and a lane's tokens, the second wants their powers.
#pragma once
#include "attend.cuh"

constexpr int KeyChunks = (HEAD_SIZE + 31) / 32;     // a lane reads 8 values of each for a key
constexpr int ValueChunks = (HEAD_SIZE + 63) / 64;   // a lane reads 8 values of each for a value
constexpr int Sixteen = 16;                          // tokens of a tile

/// The token of a tile whose score stands in column n of the tile's half j.
__device__ __forceinline__ int token_of_column(int n, int j) { return n / 2 + 4 * (n % 2 + 2 * j); }

struct Keys { Vector of[KeyChunks][2]; };            // [chunk][half of the tile]
struct Values { Vector of[ValueChunks][4]; };        // [chunk][the lane's four tokens]

/// A warp's attention for Tiles * 8 pairs, as far as it has got.
template <int Tiles> struct WarpAttention
{
    Vector query[Tiles][KeyChunks];                  // of pair g of each eight
    float output[Tiles][ValueChunks * 4][4];         // [2 of a lane's 8 dimensions][dimension, pair 2t or 2t+1 of the eight]
    float highest[Tiles], sum[Tiles];                // of pair g; the sum is over this lane's tokens
    int limit[Tiles];                                // tokens that pair g attends over

    __device__ __forceinline__ void begin(const Value* qkv, const Chunk& chunk, int head, int first_pair)
    {
        const int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
#pragma unroll
        for (int tile = 0; tile < Tiles; tile++)
        {
            const int pair = first_pair + tile * 8 + g;
            limit[tile] = limit_of(chunk, pair);
            highest[tile] = Lowest;
            sum[tile] = 0;
#pragma unroll
            for (int c = 0; c < KeyChunks; c++)
            {
                const int dimension = c * 32 + t * 8;
                query[tile][c] = limit[tile] > 0 && dimension < HEAD_SIZE ? load(query_of(qkv, chunk, head, pair) + dimension) : zeros();
            }

#pragma unroll
            for (int i = 0; i < ValueChunks * 4; i++)
            {
                output[tile][i][0] = output[tile][i][1] = output[tile][i][2] = output[tile][i][3] = 0;
            }
        }
    }

    /// scores[half][2 * tile + e]: of pair g of the tile of queries, and the lane's token 2 * half + e of its four.
    __device__ __forceinline__ void score(const Keys& keys, float (&scores)[2][4]) const
    {
        constexpr int Last = Tiles - 1;
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            scores[half][0] = scores[half][1] = scores[half][2] = scores[half][3] = 0;
#pragma unroll
            for (int c = 0; c < KeyChunks; c++)
            {
                const Vector& key = keys.of[c][half];
#pragma unroll
                for (int i = 0; i < 4; i += 2)
                {
                    multiply(scores[half], query[0][c].word[i], Tiles > 1 ? query[Last][c].word[i] : 0,
                        query[0][c].word[i + 1], Tiles > 1 ? query[Last][c].word[i + 1] : 0, key.word[i], key.word[i + 1]);
                }
            }
        }
    }

    /// Scores of Count sixteens, the first at token `first`, become powers: powers[sixteen][tile][half] are two in bfloat16.
    /// Tokens from `end` on, those that come after a pair's own, and those before its window count nothing.
    template <int Count>
    __device__ __forceinline__ void weigh(float (&scores)[Count][2][4], int first, int end, int window, unsigned (&powers)[Count][Tiles][2])
    {
        const int t = threadIdx.x % 4;
        float fade[Tiles];
        bool fades = false;
#pragma unroll
        for (int tile = 0; tile < Tiles; tile++)
        {
            const int seen = (limit[tile] < end ? limit[tile] : end) - first - t;   // of this lane's tokens, those below
            const int gone = first_of(limit[tile], window) - first - t;             // and not below this
            float most = highest[tile];
#pragma unroll
            for (int i = 0; i < Count * 4; i++)
            {
                float& score = scores[i / 4][i % 4 / 2][2 * tile + i % 2];
                score = i * 4 < seen && (!WINDOWED || i * 4 >= gone) ? finished(score * ProductFactor) : Lowest;
                most = fmaxf(most, score);
            }

            most = fmaxf(most, __shfl_xor_sync(AllLanes, most, 1));
            most = fmaxf(most, __shfl_xor_sync(AllLanes, most, 2));
            fade[tile] = power_of_two(highest[tile] - most);
            fades |= most != highest[tile];
            highest[tile] = most;
            float more = 0;
#pragma unroll
            for (int i = 0; i < Count * 2; i++)
            {
                float* pair = &scores[i / 2][i % 2][2 * tile];
                const float low = i * 8 < seen && (!WINDOWED || i * 8 >= gone) ? power_of_two(pair[0] - most) : 0;
                const float high = i * 8 + 4 < seen && (!WINDOWED || i * 8 + 4 >= gone) ? power_of_two(pair[1] - most) : 0;
                more += low + high;
                powers[i / 2][tile][i % 2] = pack(low, high);
            }

            sum[tile] = sum[tile] * fade[tile] + more;
        }

        if (__any_sync(AllLanes, fades))
        {
            fade_output(fade);
        }
    }

    __device__ __forceinline__ void add(const Values& values, const unsigned (&powers)[Tiles][2])
    {
#pragma unroll
        for (int i = 0; i < ValueChunks * 4; i++)
        {
            const Vector(&of)[4] = values.of[i / 4];
            const unsigned a = of[0].word[i % 4], b = of[1].word[i % 4], c = of[2].word[i % 4], d = of[3].word[i % 4];
            const unsigned low_ab = (a & 0xffffu) | b << 16, high_ab = a >> 16 | (b & 0xffff0000u);
            const unsigned low_cd = (c & 0xffffu) | d << 16, high_cd = c >> 16 | (d & 0xffff0000u);
#pragma unroll
            for (int tile = 0; tile < Tiles; tile++)
            {
                multiply(output[tile][i], low_ab, high_ab, low_cd, high_cd, powers[tile][0], powers[tile][1]);
            }
        }
    }

    /// The sums of powers of pair g, over all lanes' tokens.
    __device__ __forceinline__ void end()
    {
#pragma unroll
        for (int tile = 0; tile < Tiles; tile++)
        {
            sum[tile] += __shfl_xor_sync(AllLanes, sum[tile], 1);
            sum[tile] += __shfl_xor_sync(AllLanes, sum[tile], 2);
        }
    }

private:
    /// Output stands by pair 2t, 2t+1, the factors by pair g.
    __device__ __forceinline__ void fade_output(const float (&fade)[Tiles])
    {
        const int t = threadIdx.x % 4;
#pragma unroll
        for (int tile = 0; tile < Tiles; tile++)
        {
            const float even = __shfl_sync(AllLanes, fade[tile], t * 8), odd = __shfl_sync(AllLanes, fade[tile], t * 8 + 4);
#pragma unroll
            for (int i = 0; i < ValueChunks * 4; i++)
            {
                output[tile][i][0] *= even;
                output[tile][i][1] *= odd;
                output[tile][i][2] *= even;
                output[tile][i][3] *= odd;
            }
        }
    }
};
