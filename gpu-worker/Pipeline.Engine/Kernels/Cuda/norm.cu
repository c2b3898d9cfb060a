// Residual addition and root mean square normalisation in one pass over memory.
#include "device.cuh"

constexpr int NormVectors = 4;   // that a thread keeps in registers between the two halves

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
            factors[j] *= rounded(kept[i][j] * scale);
        }

        store(out + row + at, narrow(factors));
    }
}
