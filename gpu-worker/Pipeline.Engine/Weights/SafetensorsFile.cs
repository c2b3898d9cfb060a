using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Weights;

/// <summary>
/// A safetensors file, memory-mapped: a tensor's bytes are read from disk when it is, and never twice.
/// Format: https://github.com/huggingface/safetensors#format. Not thread-safe.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int MaxHeaderBytes = 100_000_000;
    private const int CopyBytes = 1 << 28;

    private readonly MemoryMappedFile _map;
    private readonly string _path;
    private readonly long _dataStart;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private SafetensorsFile(string path)
    {
        _path = path;
        long length = new FileInfo(path).Length;
        if (length < 10)
        {
            throw new InvalidDataException($"{path}: {length} bytes are too few for a safetensors file.");
        }

        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            using MemoryMappedViewStream start = _map.CreateViewStream(0, length, MemoryMappedFileAccess.Read);
            byte[] size = new byte[8];
            start.ReadExactly(size);
            ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(size);
            if (headerBytes > MaxHeaderBytes || (long)headerBytes + 8 > length)
            {
                throw new InvalidDataException($"{path}: a header of {headerBytes} bytes does not fit; not a safetensors file.");
            }

            byte[] header = new byte[headerBytes];
            start.ReadExactly(header);
            _dataStart = 8 + (long)headerBytes;
            ReadHeader(header, length - _dataStart);
        }
        catch
        {
            _map.Dispose();
            throw;
        }
    }

    /// <summary>The tensors' names.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <exception cref="InvalidDataException">The file is not a whole safetensors file; the message says why.</exception>
    public static SafetensorsFile Open(string path) => new(path);

    /// <summary>The shape a tensor has on disk.</summary>
    public IReadOnlyList<long> Shape(string name) => _entries[name].Shape;

    /// <summary>Reads one tensor onto the CPU in the type it has on disk. The caller disposes it.</summary>
    /// <exception cref="NotSupportedException">It is stored in a type that is not read.</exception>
    public unsafe Tensor Read(string name)
    {
        Entry entry = _entries[name];
        ScalarType type = SafetensorsDtype.Parse(entry.Dtype) ?? throw new NotSupportedException(
            $"{_path}: {name} is stored as {entry.Dtype}; F32, F16 and BF16 are supported.");
        int size = SafetensorsDtype.Size(type);
        Tensor flat = torch.empty([entry.Length / size], dtype: type);
        using MemoryMappedViewAccessor view = _map.CreateViewAccessor(
            _dataStart + entry.Offset, entry.Length, MemoryMappedFileAccess.Read);
        byte* source = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref source);
        try
        {
            source += view.PointerOffset;
            for (long done = 0; done < entry.Length; done += CopyBytes)
            {
                int count = (int)Math.Min(CopyBytes, entry.Length - done);
                using Tensor part = flat.narrow(0, done / size, count / size);
                new ReadOnlySpan<byte>(source + done, count).CopyTo(part.bytes);
            }
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        using (flat)
        {
            return flat.view(entry.Shape);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _map.Dispose();

    private void ReadHeader(byte[] header, long dataBytes)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            foreach (JsonProperty tensor in json.RootElement.EnumerateObject().Where(t => t.Name != "__metadata__"))
            {
                string dtype = tensor.Value.GetProperty("dtype").GetString()!;
                long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
                long begin = tensor.Value.GetProperty("data_offsets")[0].GetInt64();
                long end = tensor.Value.GetProperty("data_offsets")[1].GetInt64();
                long elements = shape.Aggregate(1L, (product, s) => checked(product * s));
                bool sized = SafetensorsDtype.Parse(dtype) is not { } type
                    || elements * SafetensorsDtype.Size(type) == end - begin;
                if (begin < 0 || end < begin || end > dataBytes || !sized)
                {
                    throw new InvalidDataException(
                        $"{_path}: {tensor.Name} does not fit its place [{begin}, {end}) of {dataBytes} bytes; the file is cut off or damaged.");
                }

                _entries[tensor.Name] = new Entry(dtype, shape, begin, end - begin);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{_path}: the safetensors header is damaged: {e.Message}", e);
        }
    }

    private sealed record Entry(string Dtype, long[] Shape, long Offset, long Length);
}
