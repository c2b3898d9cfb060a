using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Benchmarks.Gguf;

/// <summary>
/// The beginning of a GGUF file of version 3: metadata, and where each tensor is.
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
/// </summary>
internal sealed class GgufHeader
{
    /// <summary>Tensors begin at multiples of this, the format's default.</summary>
    public const int Alignment = 32;

    // The format's numbers for types of values.
    private const uint UInt32 = 4, Int32 = 5, Float32 = 6, Bool = 7, Text = 8, Array = 9;

    private readonly ArrayBufferWriter<byte> _metadata = new();
    private readonly ArrayBufferWriter<byte> _tensors = new();
    private ulong _metadataCount;
    private ulong _tensorCount;
    private long _dataBytes;

    public void Add(string key, uint value) => Pair(key, UInt32, () => Number(_metadata, value));

    public void Add(string key, float value) => Pair(key, Float32, () => Number(_metadata, BitConverter.SingleToUInt32Bits(value)));

    public void Add(string key, bool value) => Pair(key, Bool, () => _metadata.Write([value ? (byte)1 : (byte)0]));

    public void Add(string key, string value) => Pair(key, Text, () => String(_metadata, value));

    public void Add(string key, IReadOnlyCollection<string> values) => List(key, Text, values, value => String(_metadata, value));

    public void Add(string key, IReadOnlyCollection<int> values) => List(key, Int32, values, value => Number(_metadata, (uint)value));

    /// <summary>Names a tensor; its data follow those of the tensor before, at the next aligned place.</summary>
    public void AddTensor(string name, GgufType type, IReadOnlyList<long> shape)
    {
        _tensorCount++;
        String(_tensors, name);
        Number(_tensors, (uint)shape.Count);
        foreach (long size in shape.Reverse())
        {
            Long(_tensors, (ulong)size);   // the fastest dimension first
        }

        Number(_tensors, (uint)type);
        Long(_tensors, (ulong)_dataBytes);
        long rows = shape.SkipLast(1).Aggregate(1L, (product, size) => product * size);
        _dataBytes = Aligned(_dataBytes + (rows * RowEncoding.Bytes(type, shape[^1])));
    }

    /// <summary>Writes the header, to where the first tensor's data begin.</summary>
    public void Write(Stream file)
    {
        var start = new ArrayBufferWriter<byte>();
        start.Write("GGUF"u8);
        Number(start, 3);
        Long(start, _tensorCount);
        Long(start, _metadataCount);
        file.Write(start.WrittenSpan);
        file.Write(_metadata.WrittenSpan);
        file.Write(_tensors.WrittenSpan);
        Pad(file);
    }

    /// <summary>Fills a file up to the next aligned place.</summary>
    public static void Pad(Stream file) => file.Write(stackalloc byte[(int)(Aligned(file.Position) - file.Position)]);

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Number(ArrayBufferWriter<byte> to, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        to.Write(bytes);
    }

    private static void Long(ArrayBufferWriter<byte> to, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        to.Write(bytes);
    }

    private static void String(ArrayBufferWriter<byte> to, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Long(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private void Pair(string key, uint type, Action value)
    {
        _metadataCount++;
        String(_metadata, key);
        Number(_metadata, type);
        value();
    }

    private void List<T>(string key, uint type, IReadOnlyCollection<T> values, Action<T> element) => Pair(key, Array, () =>
    {
        Number(_metadata, type);
        Long(_metadata, (ulong)values.Count);
        foreach (T value in values)
        {
            element(value);
        }
    });
}
