using System.Text;

namespace Pipeline.Benchmarks.Tests.Gguf;

/// <summary>Reads a GGUF file of version 3 as its description says, knowing nothing of the writer.</summary>
internal sealed class GgufFile
{
    private readonly byte[] _bytes;
    private readonly long _data;

    public GgufFile(string path)
    {
        _bytes = File.ReadAllBytes(path);
        using var reader = new BinaryReader(new MemoryStream(_bytes));
        Assert.Equal("GGUF", Encoding.ASCII.GetString(reader.ReadBytes(4)));
        Assert.Equal(3u, reader.ReadUInt32());
        ulong tensors = reader.ReadUInt64(), pairs = reader.ReadUInt64();
        for (ulong i = 0; i < pairs; i++)
        {
            string key = Text(reader);
            Metadata.Add(key, Value(reader, reader.ReadUInt32()));
        }

        for (ulong i = 0; i < tensors; i++)
        {
            string name = Text(reader);
            long[] shape = [.. Enumerable.Range(0, (int)reader.ReadUInt32()).Select(_ => reader.ReadInt64())];
            Tensors.Add(name, new Tensor(shape, reader.ReadUInt32(), reader.ReadInt64()));
        }

        _data = (reader.BaseStream.Position + 31) / 32 * 32;
    }

    public Dictionary<string, object> Metadata { get; } = [];

    public Dictionary<string, Tensor> Tensors { get; } = [];

    public long Length => _bytes.Length - _data;

    public float[] Floats(string name)
    {
        Tensor tensor = Tensors[name];
        float[] values = new float[tensor.Shape.Aggregate((a, b) => a * b)];
        Buffer.BlockCopy(_bytes, (int)(_data + tensor.Offset), values, 0, values.Length * 4);
        return values;
    }

    private static string Text(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));

    private static object Value(BinaryReader reader, uint type) => type switch
    {
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadBoolean(),
        8 => Text(reader),
        9 => List(reader),
        _ => throw new InvalidDataException($"type {type}"),
    };

    private static object[] List(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        ulong count = reader.ReadUInt64();
        return [.. Enumerable.Range(0, (int)count).Select(_ => Value(reader, type))];
    }

    /// <summary>Sizes with the fastest first, ggml's number of the type, and the place among the data.</summary>
    internal sealed record Tensor(long[] Shape, uint Type, long Offset);
}
