// The gate of the feed-forward layer.
#include "device.cuh"

/// out [rows, width] = silu(gate) * up, of [rows, 2 * width]: gate, then up. blockIdx.x is the row.
extern "C" __global__ void __launch_bounds__(256) silu_multiply(const Value* gate_up, Value* out, int width)
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
            up[j] *= gate[j] / (1.0f + expf(-gate[j]));
        }

        store(out + row * width + at, narrow(up));
    }
}
