using Pipeline.Engine.Sampling;

namespace Pipeline.Engine.Tests.Support;

/// <summary>Makes each token a letter, and fails at one of them if told to.</summary>
internal sealed class ScriptDecoder(int failsAt = -1) : ITextDecoder
{
    public static string Text(IEnumerable<int> tokens) => string.Concat(tokens.Select(token => (char)('A' + (token % 50))));

    public string Append(int token) =>
        token == failsAt ? throw new InvalidDataException("no text for it") : Text([token]);

    public string Flush() => "";
}
