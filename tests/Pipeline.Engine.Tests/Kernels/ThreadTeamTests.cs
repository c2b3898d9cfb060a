using Pipeline.Engine.Kernels.Cpu.Threading;

namespace Pipeline.Engine.Tests.Kernels;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_part_is_done_once_however_often_the_team_is_used(int threads)
    {
        using ThreadTeam team = new(threads);
        for (int round = 0; round < 3000; round++)
        {
            Counted work = new(parts: round % 37);
            team.Run(work, work.Done.Length);
            Assert.All(work.Done, done => Assert.Equal(1, done));
        }
    }

    [Fact]
    public void All_of_the_team_takes_part_and_nobody_shares_a_number()
    {
        using ThreadTeam team = new(3);
        using Barrier all = new(3);
        HashSet<int> numbers = [], threads = [];
        team.Run(
            new Work((_, thread) =>
            {
                // Each part waits for the others: one thread alone would never get past the first.
                all.SignalAndWait();
                lock (numbers)
                {
                    numbers.Add(thread);
                    threads.Add(Environment.CurrentManagedThreadId);
                }
            }),
            3);
        Assert.Equal([0, 1, 2], numbers.Order());
        Assert.Equal(3, threads.Count);
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_part_throws_reaches_the_caller_and_the_team_goes_on(int threads)
    {
        using ThreadTeam team = new(threads);
        for (int round = 0; round < 100; round++)
        {
            int wrong = round % 8;
            InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => team.Run(
                new Work((part, _) =>
                {
                    if (part == wrong)
                    {
                        throw new InvalidOperationException($"part {part}");
                    }
                }),
                8));
            Assert.Equal($"part {wrong}", thrown.Message);
            Counted after = new(parts: 8);
            team.Run(after, 8);
            Assert.All(after.Done, done => Assert.Equal(1, done));
        }
    }

    [Fact]
    public void An_exception_of_another_thread_reaches_the_caller()
    {
        using ThreadTeam team = new(2);
        using Barrier both = new(2);
        int caller = Environment.CurrentManagedThreadId;
        Assert.Throws<ArithmeticException>(() => team.Run(
            new Work((_, _) =>
            {
                both.SignalAndWait();
                if (Environment.CurrentManagedThreadId != caller)
                {
                    throw new ArithmeticException();
                }
            }),
            2));
    }

    [Fact]
    public void Disposing_ends_the_threads_asleep_or_not()
    {
        List<Thread> seen = [];
        for (int round = 0; round < 20; round++)
        {
            ThreadTeam team = new(3);
            using (Barrier all = new(3))
            {
                team.Run(
                    new Work((_, _) =>
                    {
                        lock (seen)
                        {
                            seen.Add(Thread.CurrentThread);
                        }

                        all.SignalAndWait();
                    }),
                    3);
            }

            team.Dispose();
            team.Dispose();
            Assert.Throws<ObjectDisposedException>(() => team.Run(new Counted(2), 2));
        }

        Assert.All(seen.Where(thread => thread != Thread.CurrentThread), thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void Running_takes_no_memory()
    {
        using ThreadTeam team = new(2);
        Counted work = new(parts: 64);
        team.Run(work, 64);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            team.Run(work, 64);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class Work(Action<int, int> action) : ITeamWork
    {
        public void Do(int part, int thread) => action(part, thread);
    }

    private sealed class Counted(int parts) : ITeamWork
    {
        public int[] Done { get; } = new int[parts];

        public void Do(int part, int thread) => Interlocked.Increment(ref Done[part]);
    }
}
