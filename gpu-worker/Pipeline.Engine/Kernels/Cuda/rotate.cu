// Rotary positions ("halves" form) and the write to the cache.
#include "device.cuh"

constexpr int Half = ROTARY / 2;

/// Once a step: angles[row] = cosines, then sines, of the row's position times each frequency, both times the magnitude.
/// Rows of stretched sequences have frequencies of their own, if the model has any. In float64 up to the result: a
/// position in the hundred thousands times a frequency leaves float32 few digits.
extern "C" __global__ void __launch_bounds__(128) make_angles(
    const int* positions, const int* stretched, const double* frequencies, const double* stretched_frequencies, float magnitude,
    float* angles, int rows)
{
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at < rows * Half)
    {
        const int row = at / Half, i = at % Half;
        const double frequency = stretched_frequencies != nullptr && stretched[row] ? stretched_frequencies[i] : frequencies[i];
        const double angle = positions[row] * frequency;
        angles[row * ROTARY + i] = magnitude * static_cast<float>(cos(angle));
        angles[row * ROTARY + Half + i] = magnitude * static_cast<float>(sin(angle));
    }
}

/// A block of threads for each row: turns its query and key heads in place, and copies keys and values to the row's slot.
extern "C" __global__ void __launch_bounds__(256) rotate_store(Value* qkv, const float* angles, const int* slots, Value* cache)
{
    constexpr int HeadPieces = Half / Width;
    constexpr int Turned = (HEADS + KV_HEADS) * HeadPieces;
    constexpr int Copied = KV_HEADS * HEAD_SIZE / Width;
    constexpr int StillPieces = (HEAD_SIZE - ROTARY) / Width;   // of a head, behind what turns
    Value* row = qkv + static_cast<long long>(blockIdx.x) * QueryStride;
    Value* slot = cache + static_cast<long long>(slots[blockIdx.x]) * SlotStride;
    const float* cosines = angles + static_cast<long long>(blockIdx.x) * ROTARY;
    for (int piece = threadIdx.x; piece < Turned + Copied + KV_HEADS * StillPieces; piece += blockDim.x)
    {
        if (StillPieces > 0 && piece >= Turned + Copied)
        {
            constexpr int Pieces = StillPieces > 0 ? StillPieces : 1;
            const int still = piece - Turned - Copied, at = still / Pieces * HEAD_SIZE + ROTARY + still % Pieces * Width;
            store(slot + at, load(row + HEADS * HEAD_SIZE + at));
            continue;
        }

        if (piece >= Turned)
        {
            const int at = (piece - Turned) * Width;
            store(slot + ValueOffset + at, load(row + (HEADS + KV_HEADS) * HEAD_SIZE + at));
            continue;
        }

        const int head = piece / HeadPieces, i = piece % HeadPieces * Width;
        float first[Width], second[Width];
        widen(load(row + head * HEAD_SIZE + i), first);
        widen(load(row + head * HEAD_SIZE + Half + i), second);
#pragma unroll
        for (int j = 0; j < Width; j++)
        {
            const float cosine = cosines[i + j], sine = cosines[Half + i + j], x = first[j];
            first[j] = x * cosine - second[j] * sine;
            second[j] = second[j] * cosine + x * sine;
        }

        const Vector low = narrow(first), high = narrow(second);
        store(row + head * HEAD_SIZE + i, low);
        store(row + head * HEAD_SIZE + Half + i, high);
        if (head >= HEADS)
        {
            store(slot + (head - HEADS) * HEAD_SIZE + i, low);
            store(slot + (head - HEADS) * HEAD_SIZE + Half + i, high);
        }
    }
}
