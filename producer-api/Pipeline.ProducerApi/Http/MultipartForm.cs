using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.ProducerApi.Errors;

namespace Pipeline.ProducerApi.Http;

/// <summary>Reads a multipart form as it arrives, part by part, holding none of it. What is malformed is the caller's to mend: 400.</summary>
internal sealed class MultipartForm
{
    private const int BufferSize = 64 << 10;

    private readonly MultipartReader _reader;

    private MultipartForm(MultipartReader reader) => _reader = reader;

    /// <exception cref="RequestException">The request is no multipart form.</exception>
    public static MultipartForm Of(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw RequestException.Invalid($"Invalid content type: expected 'multipart/form-data', but got '{request.ContentType}' instead.");
        }

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length > 0
            ? new MultipartForm(new MultipartReader(boundary, request.Body, BufferSize))
            : throw RequestException.Invalid("The multipart content type names no boundary.");
    }

    /// <summary>The next part, what was not read of the last being skipped; <see langword="null"/> after the last.</summary>
    public async Task<Part?> NextAsync(CancellationToken cancellationToken)
    {
        MultipartSection? section;
        try
        {
            section = await _reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Malformed(e);
        }

        return section is null ? null
            : ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition) && disposition.Name.HasValue
                ? new Part(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), Filename(disposition), section.Body)
                : throw RequestException.Invalid("A part of the multipart body has no name.");
    }

    /// <summary>As it was sent, quoted or not; <c>filename*</c> as well.</summary>
    private static string? Filename(ContentDispositionHeaderValue disposition) =>
        disposition.FileNameStar.HasValue ? disposition.FileNameStar.ToString()
        : disposition.FileName.HasValue ? HeaderUtilities.RemoveQuotes(disposition.FileName).ToString()
        : null;

    // BadHttpRequestException is an IOException too, but says better what it is about.
    private static bool IsMalformed(Exception e) => e is InvalidDataException or IOException and not BadHttpRequestException;

    private static RequestException Malformed(Exception e) => RequestException.Invalid($"The multipart body could not be read: {e.Message}");

    /// <summary>A part: a field, or a file.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Filename">The file's name as the client gave it; <see langword="null"/> where it gave none.</param>
    /// <param name="Body">Its content.</param>
    internal sealed record Part(string Name, string? Filename, Stream Body)
    {
        /// <summary>Reads what is there of the content.</summary>
        /// <returns>Bytes read; 0 at its end.</returns>
        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            try
            {
                return await Body.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (IsMalformed(e))
            {
                throw Malformed(e);
            }
        }

        /// <summary>Reads a field's text.</summary>
        /// <param name="most">Bytes it may have.</param>
        /// <param name="cancellationToken">Gives up.</param>
        public async Task<string> ReadTextAsync(int most, CancellationToken cancellationToken)
        {
            byte[] buffer = new byte[Math.Min(most, 16 << 10)];
            int length = 0;
            while (await ReadAsync(buffer.AsMemory(length), cancellationToken) is int read and > 0)
            {
                length += read;
                if (length == most)
                {
                    throw RequestException.Invalid($"The form field '{Name}' is too long.", Name);
                }

                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, Math.Min(most, 2 * buffer.Length));
                }
            }

            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }
}
