// What all kernels stand on: values of the engine's type sixteen bytes at a time, warps, and the few instructions that C++
// does not name. No CUDA header is included: NVRTC alone compiles this, whatever is installed.
// EMULATED gives each piece of PTX a twin in plain C++, so that a CPU can run the same sources under test.
// From outside: HEADS, KV_HEADS, HEAD_SIZE, ROTARY (values of a head that turn), BLOCK_SIZE, BFLOAT16, ATTENTION_SCALE,
// ATTENTION_CAP (0 for none), WINDOWED (whether any layer sees a window only), NORM_OFFSET, GELU.
#pragma once

constexpr int Group = HEADS / KV_HEADS;            // query heads for each key head
constexpr int QueryStride = (HEADS + 2 * KV_HEADS) * HEAD_SIZE;   // values of a row of queries, keys and values
constexpr int SlotStride = 2 * KV_HEADS * HEAD_SIZE;              // values of a token in the cache: keys, then values
constexpr int ValueOffset = KV_HEADS * HEAD_SIZE;
constexpr float Lowest = -1e30f;                   // below every score, yet finite: differences of it are numbers

struct alignas(16) Vector
{
    unsigned word[4];
};

/// A sequence's part of the step, and a piece of attention work: the layout that the host writes.
struct Chunk
{
    int first_row, rows, context, first_block;
};

struct Work
{
    int chunk, first_pair, begin, end, partial;
};

#if BFLOAT16
typedef unsigned short Value;
#else
typedef float Value;
#endif
constexpr int Width = 16 / sizeof(Value);          // values in a Vector

#ifdef EMULATED

#define SHARED(Type, name) Type* name = reinterpret_cast<Type*>(emulated::shared_memory)

__device__ inline Vector load(const Value* at) { return *emulated::aligned<Vector>(at); }
__device__ inline void store(Value* at, const Vector& vector) { *emulated::aligned<Vector>(at) = vector; }
__device__ inline unsigned pack(float low, float high) { return emulated::bfloat16(low) | emulated::bfloat16(high) << 16; }
__device__ inline float power_of_two(float x) { return exp2f(x); }

__device__ inline void multiply(
    float (&sum)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1)
{
    emulated::multiply(sum, {a0, a1, a2, a3}, {b0, b1});
}

__device__ inline void copy_async(Value* to, const Value* from, bool wanted)
{
    emulated::copy_async(emulated::aligned<Vector>(to), wanted ? emulated::aligned<Vector>(from) : nullptr);
}

__device__ inline void commit_copies() { emulated::commit_copies(); }
template <int Pending> __device__ inline void await_copies() { emulated::await_copies(Pending); }

#else

/// A kernel's shared memory, of as many bytes as its launch says.
#define SHARED(Type, name) extern __shared__ Vector shared_memory[]; Type* name = reinterpret_cast<Type*>(shared_memory)

__device__ __forceinline__ Vector load(const Value* at)
{
    return *reinterpret_cast<const Vector*>(at);
}

__device__ __forceinline__ void store(Value* at, const Vector& vector)
{
    *reinterpret_cast<Vector*>(at) = vector;
}

/// Two floats as bfloat16, rounded to nearest even; the first in the low half.
__device__ __forceinline__ unsigned pack(float low, float high)
{
    unsigned packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

__device__ __forceinline__ float power_of_two(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/// sum[16 x 8] += a[16 x 16] * b[16 x 8] in bfloat16, by one warp. With g = lane / 4 and t = lane % 4, a lane holds
/// a0: row g, columns 2t, 2t+1; a1: row g+8; a2, a3: the same rows, columns 2t+8, 2t+9; b0: rows 2t, 2t+1 of column g;
/// b1: rows 2t+8, 2t+9; sum: row g, columns 2t, 2t+1, then row g+8. (PTX ISA, "Matrix Fragments for mma.m16n8k16".)
__device__ __forceinline__ void multiply(
    float (&sum)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1)
{
    // Volatile: all lanes take part, so it must stay where they are together.
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

/// Sixteen bytes to shared memory, past the registers; zeros if not wanted (`from` is then not read, but must be an address).
__device__ __forceinline__ void copy_async(Value* to, const Value* from, bool wanted)
{
    unsigned address;
    asm("{ .reg .u64 a; cvta.to.shared.u64 a, %1; cvt.u32.u64 %0, a; }" : "=r"(address) : "l"(to));
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(wanted ? 16 : 0) : "memory");
}

__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/// Waits until at most that many groups of this thread's copies are under way.
template <int Pending> __device__ __forceinline__ void await_copies()
{
    asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

#endif

constexpr unsigned AllLanes = 0xffffffffu;

__device__ __forceinline__ float from_bits(unsigned bits) { return __uint_as_float(bits); }

__device__ __forceinline__ Vector zeros()
{
    Vector vector;
    vector.word[0] = vector.word[1] = vector.word[2] = vector.word[3] = 0;
    return vector;
}

__device__ __forceinline__ void widen(const Vector& vector, float (&values)[Width])
{
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
#if BFLOAT16
        values[2 * i] = from_bits(vector.word[i] << 16);
        values[2 * i + 1] = from_bits(vector.word[i] & 0xffff0000u);
#else
        values[i] = from_bits(vector.word[i]);
#endif
    }
}

__device__ __forceinline__ Vector narrow(const float (&values)[Width])
{
    Vector vector;
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
#if BFLOAT16
        vector.word[i] = pack(values[2 * i], values[2 * i + 1]);
#else
        vector.word[i] = __float_as_uint(values[i]);
#endif
    }

    return vector;
}

__device__ __forceinline__ float value_of(Value value)
{
#if BFLOAT16
    return from_bits(static_cast<unsigned>(value) << 16);
#else
    return value;
#endif
}

/// What a number becomes when it is stored in the engine's type and read again.
__device__ __forceinline__ float rounded(float x)
{
#if BFLOAT16
    return from_bits(pack(x, 0.0f) << 16);
#else
    return x;
#endif
}

__device__ __forceinline__ void store_one(Value* at, float x)
{
#if BFLOAT16
    *at = static_cast<Value>(pack(x, 0.0f) & 0xffffu);
#else
    *at = x;
#endif
}

__device__ __forceinline__ float sum_of_warp(float x)
{
#pragma unroll
    for (int other = 16; other > 0; other /= 2)
    {
        x += __shfl_xor_sync(AllLanes, x, other);
    }

    return x;
}

/// Where in the cache a token of a sequence is.
__device__ __forceinline__ long long slot_of(const int* blocks, const Chunk& chunk, int token)
{
    return static_cast<long long>(blocks[chunk.first_block + token / BLOCK_SIZE]) * BLOCK_SIZE + token % BLOCK_SIZE;
}
