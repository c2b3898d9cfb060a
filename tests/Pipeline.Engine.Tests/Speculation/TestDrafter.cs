using Pipeline.Engine.Execution;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Speculation;

namespace Pipeline.Engine.Tests.Speculation;

/// <summary>Guesses as a test says.</summary>
/// <param name="guess">The tokens guessed to follow, of a request's id and its tokens so far; as many as it likes.</param>
/// <param name="working">Called whenever it guesses.</param>
internal sealed class TestDrafter(Func<ActiveRequest, IEnumerable<int>> guess, Action? working = null) : IDrafter
{
    public int Forgotten { get; private set; }

    public bool IsDisposed { get; private set; }

    public int Kinds => 1;

    public bool Computes => false;

    public void Draft(IReadOnlyList<ActiveRequest> requests)
    {
        working?.Invoke();
        foreach (ActiveRequest request in requests)
        {
            request.Draft.AddRange(guess(request).Take(request.Drafting!.Wanted));
            request.Drafting.Kinds.AddRange(request.Draft.Select(_ => 0));
        }
    }

    public double WorkOf(in PlannedChunk chunk) => chunk.Drafted;

    public void Forget(ActiveRequest request) => Forgotten++;

    public void Dispose() => IsDisposed = true;

    /// <summary>Knows the answers, by request: all that follows is right.</summary>
    public static TestDrafter Right(IReadOnlyDictionary<string, GenerationResult> answers) =>
        new(request => answers[request.Id].Tokens.Skip(request.Generated));

    /// <summary>Knows the answers and says something else.</summary>
    public static TestDrafter Wrong(IReadOnlyDictionary<string, GenerationResult> answers, int vocabulary, Action? working = null) =>
        new(request => answers[request.Id].Tokens.Skip(request.Generated).Select(token => (token + 1) % vocabulary), working);

    /// <summary>Is right by chance: each token with the given chance, if the one before was.</summary>
    public static TestDrafter Mixed(IReadOnlyDictionary<string, GenerationResult> answers, int vocabulary, double chance, int seed)
    {
        Random random = new(seed);
        return new(request => answers[request.Id].Tokens.Skip(request.Generated)
            .Select(token => random.NextDouble() < chance ? token : random.Next(vocabulary)));
    }
}
