using System.Runtime.ExceptionServices;

namespace Pipeline.Engine.Kernels.Cpu.Threading;

/// <summary>
/// A few threads that do parts of the same work at the same time, the calling one among them. Made for work of
/// microseconds: parts are handed out by one atomic number, and threads look out for more for a moment before they sleep.
/// Whoever comes late finds nothing left: nobody waits for a thread to wake up. One caller at a time.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    /// <summary>Parts that one piece of work can have.</summary>
    public const int MostParts = (1 << PartBits) - 1;

    private const int PartBits = 20;

    // How long a thread looks for more: some tens of microseconds. It yields all the while, since libtorch's threads want
    // the same cores between two kernels.
    private const int Looks = 40, PausesPerLook = 20;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);

    // From the top: a number for each work, its parts, parts handed out. In one, so that a thread that read it a while ago
    // cannot take a part of something else.
    private ulong _ticket;
    private ITeamWork? _work;
    private int _left;
    private int _sleeping;
    private volatile bool _stopping;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">All of them, the caller included: 1 starts none.</param>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int number = i + 1;
            _threads[i] = new Thread(() => Live(number)) { IsBackground = true, Name = $"kernels-{number}" };
            _threads[i].Start();
        }
    }

    /// <summary>The team's size, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Does all parts of a work, and returns when they are done.</summary>
    /// <exception cref="Exception">What a part threw; the first, if several did. The others are done all the same.</exception>
    public void Run(ITeamWork work, int parts)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, MostParts);
        if (parts <= 1 || _threads.Length == 0)
        {
            for (int part = 0; part < parts; part++)
            {
                work.Do(part, 0);
            }

            return;
        }

        _work = work;
        _left = parts;
        ulong number = (_ticket >> (2 * PartBits)) + 1;
        Interlocked.Exchange(ref _ticket, (number << (2 * PartBits)) | ((ulong)parts << PartBits));
        int sleeping = Interlocked.Exchange(ref _sleeping, 0);
        if (sleeping > 0)
        {
            _wake.Release(sleeping);
        }

        TakeParts(0);
        SpinWait wait = default;
        while (Volatile.Read(ref _left) > 0)
        {
            // Somebody is in the middle of the last part.
            wait.SpinOnce(sleep1Threshold: -1);
        }

        _work = null;
        Interlocked.Exchange(ref _failure, null)?.Throw();
    }

    /// <summary>Ends the threads. Not while work is being done.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _wake.Release(_threads.Length + 1);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _wake.Dispose();
    }

    private void Live(int thread)
    {
        while (!_stopping)
        {
            TakeParts(thread);
            if (!SeesMore())
            {
                Sleep();
            }
        }
    }

    private bool SeesMore()
    {
        for (int look = 0; look < Looks; look++)
        {
            if (HasParts(Volatile.Read(ref _ticket)) || _stopping)
            {
                return true;
            }

            Thread.SpinWait(PausesPerLook);
            Thread.Yield();
        }

        return false;
    }

    private void Sleep()
    {
        Interlocked.Increment(ref _sleeping);
        if (!HasParts(Volatile.Read(ref _ticket)) || !TakeBackSleeping())
        {
            _wake.Wait();
        }
    }

    /// <summary>Undoes the announcement to sleep, unless it was heard: then a signal has been given, which must be taken.</summary>
    private bool TakeBackSleeping()
    {
        for (int sleeping = Volatile.Read(ref _sleeping); sleeping > 0;)
        {
            int seen = Interlocked.CompareExchange(ref _sleeping, sleeping - 1, sleeping);
            if (seen == sleeping)
            {
                return true;
            }

            sleeping = seen;
        }

        return false;
    }

    private static bool HasParts(ulong ticket) => (ticket & MostParts) < ((ticket >> PartBits) & MostParts);

    private void TakeParts(int thread)
    {
        ulong ticket = Volatile.Read(ref _ticket);
        while (HasParts(ticket))
        {
            ulong seen = Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket);
            if (seen != ticket)
            {
                ticket = seen;
                continue;
            }

            // The part is ours, so its work is not over: this is it and no other.
            Do(_work!, (int)(ticket & MostParts), thread);
            ticket = Volatile.Read(ref _ticket);
        }
    }

    private void Do(ITeamWork work, int part, int thread)
    {
        try
        {
            work.Do(part, thread);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
        finally
        {
            Interlocked.Decrement(ref _left);
        }
    }
}
