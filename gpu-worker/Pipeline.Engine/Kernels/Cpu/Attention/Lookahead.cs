using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// Asks memory for the tile after the one in hand, in the order it lies: the blocks of a sequence are anywhere, so that no
/// processor guesses where to read on. It hands out runs of memory to loops that ask for a line in each round: asked for all
/// at once, lines would wait for each other, and the loop for them. They go to the second-level cache: the first is full,
/// and keeps account of too few lines under way to cover the time that memory takes.
/// </summary>
internal unsafe struct Lookahead
{
    private const nint Line = 64;
    private byte** _token, _end;
    private byte* _at;
    private nint _width, _left, _step;

    /// <summary>Begins with a tile.</summary>
    /// <param name="tokens">Where its tokens are; those that follow each other in memory are one run.</param>
    /// <param name="count">How many.</param>
    /// <param name="width">Bytes of a token.</param>
    /// <param name="rounds">Rounds that all loops together will make: what there is to ask for is spread over them.</param>
    public void Begin(byte** tokens, int count, nint width, nint rounds)
    {
        _token = tokens;
        _end = tokens + count;
        _width = width;
        _left = 0;
        _step = Math.Min(2 * Line, (count * width / rounds) + 1);
    }

    /// <summary>The next stretch of memory to ask for, in so many rounds or fewer.</summary>
    /// <param name="rounds">Rounds of the loop.</param>
    /// <param name="step">Bytes to go on by in each round; 0 if there is nothing left to ask for.</param>
    /// <returns>Where the first round begins.</returns>
    public byte* Take(int rounds, out nint step)
    {
        if (_left <= 0)
        {
            FindRun();
        }

        // A run that is too short for the rounds is asked for in smaller steps: a line twice, but nothing behind it.
        step = Math.Min(_step, (_left + rounds - 1) / rounds);
        byte* from = _at;
        _at += rounds * step;
        _left -= rounds * step;
        return from;
    }

    /// <summary>Asks for a step's memory: two lines at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(byte* from, nint step)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(from);
            Sse.Prefetch1(from + (step / 2));
        }
    }

    private void FindRun()
    {
        _left = 0;
        if (_token == _end)
        {
            return;
        }

        _at = *_token;
        do
        {
            _left += _width;
            _token++;
        }
        while (_token < _end && *_token == _at + _left);
    }
}
