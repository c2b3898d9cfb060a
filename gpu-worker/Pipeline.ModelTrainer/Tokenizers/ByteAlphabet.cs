namespace Pipeline.ModelTrainer.Tokenizers;

/// <summary>The visible character that stands for each byte in a byte-level vocabulary (GPT-2's table).</summary>
internal static class ByteAlphabet
{
    public static readonly char[] OfByte = Build();

    private static char[] Build()
    {
        var table = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            var visible = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            table[b] = (char)(visible ? b : next++);
        }

        return table;
    }
}
