// Enough of CUDA for a C++ compiler to run the kernels on a CPU: every thread of a block is a fiber. Fibers run one at a time,
// in an order drawn from a seed, and change only where threads meet: so what depends on an order that nothing enforces shows
// from one seed to another. What a GPU would leave undefined or answer with a fault ends the launch with a message.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#define EMULATED 1
#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define threadIdx (emulated::current_thread())
#define blockIdx (emulated::current_block)
#define blockDim (emulated::threads_of_block)

namespace emulated
{
struct Index { unsigned x, y, z; };

constexpr unsigned SharedLimit = 227 * 1024;       // of one block, on an H100
extern unsigned char shared_memory[];
extern Index current_block, threads_of_block;
Index current_thread();

/// Ends the launch.
[[noreturn]] void fail(const char* message);

/// Meets all threads of the block.
void meet();

enum class Meeting { Exchange, Any, Multiply };
struct Brought { Meeting what; uint64_t value; int from; std::array<unsigned, 4> a; std::array<unsigned, 2> b; float sum[4]; };

/// Meets the lanes of the warp; returns what the meeting left for this lane.
const Brought& meet_warp(const Brought& brought);

unsigned bfloat16(float value);
void multiply(float (&sum)[4], std::array<unsigned, 4> a, std::array<unsigned, 2> b);
void copy_async(void* to, const void* from);
void commit_copies();
void await_copies(int pending);

template <class Wide, class Narrow> auto aligned(Narrow* at)
{
    if (reinterpret_cast<uintptr_t>(at) % sizeof(Wide) != 0)
    {
        fail("an address is not aligned to what is read or written there");
    }

    return reinterpret_cast<std::conditional_t<std::is_const_v<Narrow>, const Wide, Wide>*>(at);
}

template <class T> T exchange(T value, int from)
{
    Brought brought = {Meeting::Exchange, 0, from, {}, {}, {}};
    std::memcpy(&brought.value, &value, sizeof(T));
    const uint64_t got = meet_warp(brought).value;
    std::memcpy(&value, &got, sizeof(T));
    return value;
}
}

template <class T> T __shfl_sync(unsigned, T value, int from) { return emulated::exchange(value, from % 32); }

template <class T> T __shfl_xor_sync(unsigned, T value, int other)
{
    return emulated::exchange(value, static_cast<int>(threadIdx.x % 32) ^ other);
}

inline int __any_sync(unsigned, int value)
{
    return emulated::meet_warp({emulated::Meeting::Any, static_cast<uint64_t>(value != 0), 0, {}, {}, {}}).value != 0;
}

inline void __syncthreads() { emulated::meet(); }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }

inline float __uint_as_float(unsigned bits)
{
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
}

inline unsigned __float_as_uint(float value)
{
    unsigned bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
}
