// Residual addition and root mean square normalisation in one pass over memory.
#include "device.cuh"

constexpr int NormVectors = 4;   // that a thread keeps in registers between the two halves

/// A normalised number times its weight. With the offset nothing is rounded between, without it the number is: as torch's forms.
__device__ __forceinline__ float weighted(float x, float weight) { return NORM_OFFSET ? x * (1.0f + weight) : rounded(x) * weight; }

/// A block of threads for each row. residual += delta (if any), both [rows, width] in the engine's type, rounded as a store
/// would; then out = residual / rms(residual) * weight, in float32 but for the two roundings that torch's form has.
extern "C" __global__ void __launch_bounds__(1024) add_norm(
    Value* residual, const Value* delta, const Value* weight, Value* out, int width, float epsilon)
{
    SHARED(float, sums);
    const long long row = static_cast<long long>(blockIdx.x) * width;
    const int vectors = width / Width;
    float kept[NormVectors][Width];
    float squares = 0;
#pragma unroll
    for (int i = 0; i < NormVectors; i++)
    {
        const int at = (threadIdx.x + i * blockDim.x) * Width;
        if (at >= vectors * Width)
        {
            break;
        }

        widen(load(residual + row + at), kept[i]);
        if (delta != nullptr)
        {
            float more[Width];
            widen(load(delta + row + at), more);
#pragma unroll
            for (int j = 0; j < Width; j++)
            {
                kept[i][j] = rounded(kept[i][j] + more[j]);
            }

            store(residual + row + at, narrow(kept[i]));
        }

#pragma unroll
        for (int j = 0; j < Width; j++)
        {
            squares += kept[i][j] * kept[i][j];
        }
    }

    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
    squares = sum_of_warp(squares);
    if (lane == 0)
    {
        sums[warp] = squares;
    }

    __syncthreads();
    const float scale = rsqrtf(sum_of_warp(lane < warps ? sums[lane] : 0) / width + epsilon);
#pragma unroll
    for (int i = 0; i < NormVectors; i++)
    {
        const int at = (threadIdx.x + i * blockDim.x) * Width;
        if (at >= vectors * Width)
        {
            break;
        }

        float factors[Width];
        widen(load(weight + at), factors);
#pragma unroll
        for (int j = 0; j < Width; j++)
        {
            factors[j] = weighted(kept[i][j] * scale, factors[j]);
        }

        store(out + row + at, narrow(factors));
    }
}

/// Normalises each query and key head of qkv, in place. A block of threads for each row, a warp for a head at a time.
extern "C" __global__ void __launch_bounds__(256) norm_heads(Value* qkv, const Value* query_weight, const Value* key_weight, float epsilon)
{
    constexpr int Vectors = (HEAD_SIZE / Width + 31) / 32;   // of a head that a lane keeps
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
    for (int head = warp; head < HEADS + KV_HEADS; head += warps)
    {
        Value* values = qkv + static_cast<long long>(blockIdx.x) * QueryStride + head * HEAD_SIZE;
        const Value* weight = head < HEADS ? query_weight : key_weight;
        float kept[Vectors][Width];
        float squares = 0;
#pragma unroll
        for (int i = 0; i < Vectors; i++)
        {
            const int at = (lane + i * 32) * Width;
            if (at < HEAD_SIZE)
            {
                widen(load(values + at), kept[i]);
#pragma unroll
                for (int j = 0; j < Width; j++)
                {
                    squares += kept[i][j] * kept[i][j];
                }
            }
        }

        const float scale = rsqrtf(sum_of_warp(squares) / HEAD_SIZE + epsilon);
#pragma unroll
        for (int i = 0; i < Vectors; i++)
        {
            const int at = (lane + i * 32) * Width;
            if (at < HEAD_SIZE)
            {
                float factors[Width];
                widen(load(weight + at), factors);
#pragma unroll
                for (int j = 0; j < Width; j++)
                {
                    factors[j] = weighted(kept[i][j] * scale, factors[j]);
                }

                store(values + at, narrow(factors));
            }
        }
    }
}
