// The gate of the feed-forward layer.
#include "device.cuh"

/// silu(x), or gelu(x) by the tanh formula: (1 + tanh(z)) / 2 is 1 / (1 + exp(-2z)).
__device__ __forceinline__ float activated(float x)
{
    const float y = GELU ? 1.5957691216057308f * (x + 0.044715f * x * x * x) : x;
    return x / (1.0f + expf(-y));
}

/// out [rows, width] = activated(gate) * up, of [rows, 2 * width]: gate, then up. blockIdx.x is the row.
extern "C" __global__ void __launch_bounds__(256) gate_multiply(const Value* gate_up, Value* out, int width)
{
    const long long row = blockIdx.x;
    const int at = (blockIdx.y * blockDim.x + threadIdx.x) * Width;
    if (at < width)
    {
        float gate[Width], up[Width];
        widen(load(gate_up + row * 2 * width + at), gate);
        widen(load(gate_up + row * 2 * width + width + at), up);
#pragma unroll
        for (int j = 0; j < Width; j++)
        {
            up[j] *= activated(gate[j]);
        }

        store(out + row * width + at, narrow(up));
    }
}
