namespace Pipeline.Engine.Tests.Grammar.Support;

/// <summary>GPT-2's stand-ins for bytes, as tokenizer.json spells tokens.</summary>
internal static class ByteAlphabet
{
    private static readonly string Characters = Make();

    public static char Of(byte value) => Characters[value];

    private static string Make()
    {
        int next = 256;
        return string.Concat(Enumerable.Range(0, 256).Select(value =>
            value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++));
    }
}
