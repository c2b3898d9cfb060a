using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Pipeline.Testing;

/// <summary>Waits for conditions, never for time.</summary>
public static class Eventually
{
    /// <summary>Asks until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="within">How long at most. Default 30 seconds.</param>
    /// <param name="text">Filled in by the compiler.</param>
    /// <exception cref="TimeoutException">It never held.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        TimeSpan limit = within ?? TimeSpan.FromSeconds(30);
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"After {limit.TotalSeconds:F0} s this still did not hold: {text}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
    }

    /// <summary>As <see cref="HoldsAsync(Func{Task{bool}}, TimeSpan?, string)"/>, of what can be told at once.</summary>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        HoldsAsync(() => Task.FromResult(condition()), within, text);
}
