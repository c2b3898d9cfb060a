namespace Pipeline.Engine.Grammar.Automata;

/// <summary>Bytes that no edge of a graph tells apart: they lead to the same wherever one stands. Immutable.</summary>
internal sealed class ByteClasses
{
    private readonly byte[] _classes = new byte[256];
    private readonly byte[] _samples;

    /// <summary>The classes of a graph: runs of bytes between the ends of its edges.</summary>
    public ByteClasses(Graph graph)
    {
        bool[] begins = new bool[257];
        foreach (ByteEdge edge in graph.Nodes.SelectMany(node => node.Edges))
        {
            begins[edge.Low] = begins[edge.High + 1] = true;
        }

        List<byte> samples = [];
        for (int value = 0; value < 256; value++)
        {
            if (value == 0 || begins[value])
            {
                samples.Add((byte)value);
            }

            _classes[value] = (byte)(samples.Count - 1);
        }

        _samples = [.. samples];
    }

    /// <summary>How many there are: 1 to 256.</summary>
    public int Count => _samples.Length;

    /// <summary>The class of a byte.</summary>
    public byte this[byte value] => _classes[value];

    /// <summary>One byte of a class.</summary>
    public byte Sample(int of) => _samples[of];
}
