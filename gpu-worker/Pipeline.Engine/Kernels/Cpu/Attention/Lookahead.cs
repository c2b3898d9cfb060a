using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Engine.Kernels.Cpu.Attention;

/// <summary>
/// Asks memory for the tile after the one in hand, a few cache lines at a time and in the order they lie: the blocks of a
/// sequence are anywhere, so that no processor guesses where to read on. Into the second-level cache: the first is full, and
/// keeps account of too few lines under way to cover the time that memory takes.
/// </summary>
internal unsafe struct Lookahead
{
    private const int Line = 64;
    private byte** _token, _end;
    private nint _keys, _values, _bytes, _at;
    private int _lines;

    /// <summary>Begins with a tile.</summary>
    /// <param name="tokens">Where its tokens are.</param>
    /// <param name="count">How many.</param>
    /// <param name="keys">Bytes from there to the keys that will be read.</param>
    /// <param name="values">Bytes from there to the values.</param>
    /// <param name="bytes">How many of each.</param>
    /// <param name="steps">In how many steps.</param>
    public void Begin(byte** tokens, int count, nint keys, nint values, nint bytes, int steps)
    {
        _token = tokens;
        _end = tokens + count;
        (_keys, _values, _bytes, _at) = (keys, values, bytes, 0);
        long lines = count * 2 * ((bytes + Line - 1) / Line);
        _lines = (int)((lines + steps - 1) / steps);
    }

    /// <summary>Asks for the next few lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (int line = 0; line < _lines && _token < _end; line++)
        {
            // First the keys of a token, then its values: one run of memory where they are all heads'.
            Sse.Prefetch1(*_token + (_at < _bytes ? _keys + _at : _values + _at - _bytes));
            _at += Line;
            if (_at >= 2 * _bytes)
            {
                _at = 0;
                _token++;
            }
        }
    }
}
