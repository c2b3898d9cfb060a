using System.Buffers;
using Pipeline.Data.Batches;

namespace Pipeline.ProducerApi.Batches.Planning;

/// <summary>A few requests that are turned into tokens together. Used again and again.</summary>
internal sealed class PromptGroup
{
    private const int EnoughBytes = 128 << 10;

    private readonly List<(string Path, Range Body)> _requests = [];
    private ArrayBufferWriter<byte> _bodies = new(2 * EnoughBytes);

    public bool IsFull => _bodies.WrittenCount >= EnoughBytes;

    public void Add(NewJob job)
    {
        int start = _bodies.WrittenCount;
        _bodies.Write(job.Body.Span);
        _requests.Add((job.Url, start.._bodies.WrittenCount));
    }

    public void Clear()
    {
        if (_bodies.Capacity > 2 * EnoughBytes)
        {
            // One huge body is not to be paid for as long as the batch lasts.
            _bodies = new ArrayBufferWriter<byte>(2 * EnoughBytes);
        }

        _bodies.ResetWrittenCount();
        _requests.Clear();
    }

    /// <summary>Reads them.</summary>
    public PromptReading[] Read(ModelReader reader) => [.. _requests.Select(request => reader.Read(request.Path, _bodies.WrittenSpan[request.Body]))];
}
