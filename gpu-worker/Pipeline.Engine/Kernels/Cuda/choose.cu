// The likeliest token of each row.
#include "device.cuh"

struct Choice
{
    float value;
    int token;
};

/// Of equal values the first counts. What is not a number counts as infinity: it makes a row just as meaningless.
__device__ __forceinline__ void consider(Choice& best, float value, int token)
{
    value = value <= from_bits(0x7f800000u) ? value : from_bits(0x7f800000u);
    if (value > best.value || (value == best.value && token < best.token))
    {
        best.value = value;
        best.token = token;
    }
}

__device__ __forceinline__ Choice best_of_warp(Choice best)
{
#pragma unroll
    for (int other = 16; other > 0; other /= 2)
    {
        const float value = __shfl_xor_sync(AllLanes, best.value, other);
        consider(best, value, __shfl_xor_sync(AllLanes, best.token, other));
    }

    return best;
}

/// A block of threads for each row of logits [rows, width]; tokens [rows]: -1 where the highest is not finite. Rows need not
/// begin at whole vectors: what is before the first and behind the last is read value by value.
extern "C" __global__ void __launch_bounds__(1024) choose(const Value* logits, long long* tokens, int width)
{
    SHARED(Choice, choices);
    const long long row = static_cast<long long>(blockIdx.x) * width;
    const float lowest = from_bits(0xff800000u);
    const int thread = threadIdx.x, threads = blockDim.x;
    const int misplaced = static_cast<int>(row % Width), before = misplaced == 0 ? 0 : Width - misplaced;
    const int begin = before < width ? before : width, end = begin + (width - begin) / Width * Width;
    Choice best = {lowest, width};
    for (int at = begin + thread * Width; at < end; at += threads * Width)
    {
        float values[Width];
        widen(load(logits + row + at), values);
#pragma unroll
        for (int j = 0; j < Width; j++)
        {
            consider(best, values[j], at + j);
        }
    }

    // Fewer values than a block has threads.
    const int at = thread < begin ? thread : end + thread - begin;
    if (at < width)
    {
        consider(best, value_of(logits[row + at]), at);
    }

    best = best_of_warp(best);
    const int warp = thread / 32, lane = thread % 32;
    if (lane == 0)
    {
        choices[warp] = best;
    }

    __syncthreads();
    best = {lowest, width};
    if (lane < threads / 32)
    {
        best = choices[lane];
    }

    best = best_of_warp(best);
    if (thread == 0)
    {
        tokens[blockIdx.x] = best.value > lowest && best.value < from_bits(0x7f800000u) ? best.token : -1;
    }
}
