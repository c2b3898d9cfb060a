#include "emulator.h"
#include "kernels.cu"
#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <functional>
#include <random>
#include <sys/mman.h>
#include <ucontext.h>
#include <utility>
#include <vector>

namespace emulated
{
alignas(128) unsigned char shared_memory[SharedLimit + 4096];   // what lies behind a launch's own must stay as it is
Index current_block, threads_of_block;

namespace
{
constexpr unsigned Lanes = 32, ThreadLimit = 1024, StackSize = 256 * 1024;
constexpr unsigned char Poison = 0xff;             // as float or bfloat16, not a number

enum class State { Ready, AtBarrier, AtMeeting, Finished };
struct Copy { void* to; const void* from; int group; };

struct Fiber
{
    State state;
    bool entered;
    jmp_buf place;
    ucontext_t start;
    std::vector<Copy> copies;
    int group;
};

struct Warp { Brought brought[Lanes], left[Lanes]; unsigned arrived; };

std::vector<Fiber> fibers(ThreadLimit);
std::vector<Warp> warps(ThreadLimit / Lanes);
unsigned char* stacks = nullptr;
unsigned running, at_barrier;
jmp_buf scheduler;
const char* failure;
std::function<void()> body;

void pause()
{
    if (!_setjmp(fibers[running].place))
    {
        _longjmp(scheduler, 1);
    }
}

void run_fiber()
{
    body();
    fibers[running].state = State::Finished;
    _longjmp(scheduler, 1);
}

void resume(unsigned thread)
{
    running = thread;
    if (_setjmp(scheduler))
    {
        return;
    }

    Fiber& fiber = fibers[thread];
    if (fiber.entered)
    {
        _longjmp(fiber.place, 1);
    }

    fiber.entered = true;
    setcontext(&fiber.start);
}

/// What stands at (row, column) of a fragment of the first or second factor; the layout is that of the PTX manual.
float first_at(const Warp& warp, unsigned row, unsigned column)
{
    const unsigned lane = row % 8 * 4 + column % 8 / 2, word = warp.brought[lane].a[row / 8 + column / 8 * 2];
    return __uint_as_float(column % 2 == 0 ? word << 16 : word & 0xffff0000u);
}

float second_at(const Warp& warp, unsigned row, unsigned column)
{
    const unsigned lane = column * 4 + row % 8 / 2, word = warp.brought[lane].b[row / 8];
    return __uint_as_float(row % 2 == 0 ? word << 16 : word & 0xffff0000u);
}

void conclude(Warp& warp)
{
    uint64_t any = 0;
    for (const Brought& brought : warp.brought)
    {
        any |= brought.value;
        if (brought.what != warp.brought[0].what)
        {
            fail("lanes of a warp meet at different instructions");
        }
    }

    float first[16][16], second[16][8];
    for (unsigned i = 0; i < 256 && warp.brought[0].what == Meeting::Multiply; i++)
    {
        first[i / 16][i % 16] = first_at(warp, i / 16, i % 16);
        second[i % 16][i / 16 % 8] = second_at(warp, i % 16, i / 16 % 8);
    }

    for (unsigned lane = 0; lane < Lanes; lane++)
    {
        Brought& left = warp.left[lane];
        left = warp.brought[lane];
        switch (left.what)
        {
        case Meeting::Exchange:
            left.value = warp.brought[left.from].value;
            break;
        case Meeting::Any:
            left.value = any;
            break;
        case Meeting::Multiply:
            for (unsigned i = 0; i < 4; i++)
            {
                const unsigned row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
                for (unsigned k = 0; k < 16; k++)
                {
                    left.sum[i] += first[row][k] * second[k][column];
                }
            }
        }
    }
}

void run_block(unsigned threads, unsigned shared, std::mt19937& random)
{
    std::memset(shared_memory, Poison, shared + 4096);
    std::vector<unsigned> order(threads);
    for (unsigned thread = 0; thread < threads; thread++)
    {
        order[thread] = thread;
        Fiber& fiber = fibers[thread];
        fiber.state = State::Ready;
        fiber.entered = false;
        fiber.copies.clear();
        fiber.group = 0;
        getcontext(&fiber.start);
        fiber.start.uc_stack.ss_sp = stacks + static_cast<size_t>(thread) * StackSize;
        fiber.start.uc_stack.ss_size = StackSize;
        fiber.start.uc_link = nullptr;
        makecontext(&fiber.start, run_fiber, 0);
    }

    std::shuffle(order.begin(), order.end(), random);
    at_barrier = 0;
    for (Warp& warp : warps)
    {
        warp.arrived = 0;
    }

    unsigned finished = 0;
    while (finished < threads && failure == nullptr)
    {
        bool progress = false;
        for (unsigned i = 0; i < threads && failure == nullptr; i++)
        {
            if (fibers[order[i]].state == State::Ready)
            {
                progress = true;
                resume(order[i]);
                finished += fibers[order[i]].state == State::Finished;
            }
        }

        if (!progress)
        {
            failure = "some threads wait for others that went another way";
        }
    }

    for (unsigned i = shared; i < shared + 4096 && failure == nullptr; i++)
    {
        if (shared_memory[i] != Poison)
        {
            failure = "a write behind the shared memory that the launch asked for";
        }
    }
}

struct Kernel { const char* name; std::function<std::function<void()>(void**)> bind; };

template <size_t... Place, class... Parameters>
Kernel kernel(const char* name, void (*function)(Parameters...), std::index_sequence<Place...>)
{
    return {name, [function](void** arguments)
    {
        return [function, arguments] { function(*static_cast<Parameters*>(arguments[Place])...); };
    }};
}

template <class... Parameters> Kernel kernel(const char* name, void (*function)(Parameters...))
{
    return kernel(name, function, std::index_sequence_for<Parameters...>());
}

#define KERNEL(name) kernel(#name, name),
const Kernel kernels[] = {KERNELS};
}

Index current_thread() { return {running, 0, 0}; }

void fail(const char* message)
{
    failure = message;
    _longjmp(scheduler, 1);
}

void meet()
{
    if (++at_barrier < threads_of_block.x)
    {
        fibers[running].state = State::AtBarrier;
        pause();
        return;
    }

    at_barrier = 0;
    for (unsigned thread = 0; thread < threads_of_block.x; thread++)
    {
        fibers[thread].state = State::Ready;
    }
}

const Brought& meet_warp(const Brought& brought)
{
    const unsigned lane = running % Lanes, first = running - lane;
    Warp& warp = warps[running / Lanes];
    warp.brought[lane] = brought;
    if (++warp.arrived < Lanes)
    {
        fibers[running].state = State::AtMeeting;
        pause();
        return warp.left[lane];
    }

    warp.arrived = 0;
    conclude(warp);
    for (unsigned thread = first; thread < first + Lanes; thread++)
    {
        fibers[thread].state = State::Ready;
    }

    return warp.left[lane];
}

unsigned bfloat16(float value)
{
    const unsigned bits = __float_as_uint(value);
    return std::isnan(value) ? 0x7fffu : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}

void multiply(float (&sum)[4], std::array<unsigned, 4> a, std::array<unsigned, 2> b)
{
    Brought brought = {Meeting::Multiply, 0, 0, a, b, {}};
    std::memcpy(brought.sum, sum, sizeof(sum));
    std::memcpy(sum, meet_warp(brought).sum, sizeof(sum));
}

void copy_async(void* to, const void* from) { fibers[running].copies.push_back({to, from, fibers[running].group}); }

void commit_copies() { fibers[running].group++; }

void await_copies(int pending)
{
    // Not a moment before it must be: whoever reads without waiting finds poison.
    Fiber& fiber = fibers[running];
    std::vector<Copy> later;
    for (const Copy& copy : fiber.copies)
    {
        if (copy.group >= fiber.group - pending)
        {
            later.push_back(copy);
        }
        else if (copy.from != nullptr)
        {
            std::memcpy(copy.to, copy.from, sizeof(Vector));
        }
        else
        {
            std::memset(copy.to, 0, sizeof(Vector));
        }
    }

    fiber.copies = later;
}
}

/// Runs a launch to its end. Returns null, or what is wrong with it. One caller at a time.
extern "C" const char* emulate(const char* name, unsigned blocks, unsigned rows, unsigned threads, unsigned shared, unsigned seed, void** arguments)
{
    using namespace emulated;
    const Kernel* chosen = std::find_if(std::begin(kernels), std::end(kernels), [=](const Kernel& k) { return !strcmp(k.name, name); });
    if (chosen == std::end(kernels))
    {
        return "no such kernel";
    }

    if (threads == 0 || threads > ThreadLimit || threads % Lanes != 0 || shared > SharedLimit || blocks == 0 || rows == 0 || rows > 65535)
    {
        return "a launch of a size that no device takes";
    }

    if (stacks == nullptr)
    {
        void* memory = mmap(nullptr, static_cast<size_t>(ThreadLimit) * StackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
        {
            return "no memory for the stacks";
        }

        stacks = static_cast<unsigned char*>(memory);
    }

    failure = nullptr;
    body = chosen->bind(arguments);
    threads_of_block = {threads, 1, 1};
    std::mt19937 random(seed);
    for (unsigned i = 0; i < blocks * rows && failure == nullptr; i++)
    {
        current_block = {i % blocks, i / blocks, 0};
        run_block(threads, shared, random);
    }

    return failure;
}
