using Pipeline.Engine.Execution;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using Pipeline.Engine.Speculation;

namespace Pipeline.Engine.Tests.Speculation;

/// <summary>A speculator with a model whose steps cost what a test says, and to whom guesses are right by chance.</summary>
internal sealed class SimulatedGuessing : IDisposable
{
    private readonly Speculator _speculator;
    private readonly Random _random = new(7);
    private readonly List<Sequence> _running = [];
    private readonly StepPlan _plan = new();

    public SimulatedGuessing(int requests)
    {
        TestDrafter drafter = new(_ => Enumerable.Repeat(1, 100));
        _speculator = new Speculator(
            new Dictionary<SpeculationMode, IDrafter> { [SpeculationMode.Lookup] = drafter }, SpeculationMode.Lookup, 12, TimeProvider.System);
        for (int i = 0; i < requests; i++)
        {
            GenerationRequest request = new() { Id = $"{i}", Prompt = [1], MaxTokens = 1_000_000 };
            ActiveRequest active = new(request, new CompletionText(null, []), new TokenChoice(request, 0, []), 0)
            {
                Drafting = _speculator.For(request), Computed = 1,
            };
            active.Append(1);
            _running.Add(active);
        }
    }

    /// <summary>Seconds of a step by its tokens.</summary>
    public Func<int, double> Cost { get; set; } = _ => 1;

    /// <summary>How likely a guess is right, by the request's number.</summary>
    public Func<int, double> Chance { get; set; } = _ => 0.8;

    /// <summary>Tokens guessed for each request in the last <see cref="Run"/>.</summary>
    public int[] Drafted { get; private set; } = [];

    public void Dispose() => _speculator.Dispose();

    /// <summary>Runs steps.</summary>
    /// <returns>Tokens a second.</returns>
    public double Run(int steps)
    {
        Drafted = new int[_running.Count];
        double seconds = 0;
        int tokens = 0;
        for (int step = 0; step < steps; step++)
        {
            _speculator.Propose(_running);
            _plan.Clear();
            for (int i = 0; i < _running.Count; i++)
            {
                tokens += Compute((ActiveRequest)_running[i], i);
            }

            double cost = Cost(_plan.Tokens);
            _speculator.Ran(_plan, cost);
            seconds += cost;
        }

        return tokens / seconds;
    }

    private int Compute(ActiveRequest request, int index)
    {
        int drafted = request.Draft.Count, right = 0;
        PlannedChunk chunk = new(request, request.Computed, 1 + drafted, drafted);
        _plan.Add(chunk);
        request.Launch(chunk, 0);
        while (right < drafted && _random.NextDouble() < Chance(index))
        {
            right++;
        }

        for (int i = 0; i <= right; i++)
        {
            request.Append(1);
        }

        if (drafted > 0)
        {
            _speculator.Checked(request, drafted, right, right);
            request.Settle(right);
        }

        Drafted[index] += drafted;
        return right + 1;
    }
}
