using Pipeline.Engine.Grammar;

namespace Pipeline.Engine.Tests.Support;

/// <summary>A constraint that allows at each position the tokens that a function names, and keeps what came.</summary>
internal sealed class ListedTokens(Func<IReadOnlyList<int>, IReadOnlyCollection<int>> allowed) : OutputConstraint
{
    internal override ITokenConstraint Begin() => new State(allowed);

    private sealed class State(Func<IReadOnlyList<int>, IReadOnlyCollection<int>> allowed) : ITokenConstraint
    {
        private readonly List<int> _tokens = [];

        public void WriteMask(Span<uint> mask)
        {
            mask.Clear();
            foreach (int token in allowed(_tokens))
            {
                mask[token / 32] |= 1u << (token % 32);
            }
        }

        public bool Accept(int token)
        {
            if (!allowed(_tokens).Contains(token))
            {
                return false;
            }

            _tokens.Add(token);
            return true;
        }

        public void Rollback(int count) => _tokens.RemoveRange(_tokens.Count - count, count);

        public void AddForced(List<int> tokens, int most)
        {
            // Nothing is forced by what is not looked ahead at.
        }
    }
}
