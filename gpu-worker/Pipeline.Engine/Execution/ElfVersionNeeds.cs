using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Edits the symbol version requirements (<c>.gnu.version_r</c>) of a 64-bit little-endian ELF image.
/// Format: System V ABI and "Linux Standard Base Core", chapter Symbol Versioning (Elfxx_Verneed, Elfxx_Vernaux).
/// </summary>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const ushort FlagWeak = 2;

    /// <summary>
    /// Marks every requirement for <paramref name="version"/> weak, in place: the dynamic loader then
    /// reports a missing version only if a symbol of it is really used.
    /// </summary>
    /// <param name="image">The whole file.</param>
    /// <param name="version">A version name such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many requirements were marked; 0 when the image does not ask for that version.</returns>
    /// <exception cref="BadImageFormatException">The image is no 64-bit little-endian ELF file.</exception>
    public static int Weaken(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] != 2 || image[5] != 1)
        {
            throw new BadImageFormatException("Not a 64-bit little-endian ELF file.");
        }

        ulong sections = BinaryPrimitives.ReadUInt64LittleEndian(image[40..]);
        int sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(image[58..]);
        int sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(image[60..]);
        byte[] name = Encoding.ASCII.GetBytes(version);
        int marked = 0;
        for (int i = 0; i < sectionCount; i++)
        {
            Span<byte> header = image[checked((int)sections + (i * sectionSize))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == SectionTypeVersionNeeds)
            {
                int strings = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
                Span<byte> stringHeader = image[checked((int)sections + (strings * sectionSize))..];
                marked += WeakenSection(image, Offset(header), Offset(stringHeader), name);
            }
        }

        return marked;
    }

    private static int Offset(ReadOnlySpan<byte> sectionHeader) =>
        checked((int)BinaryPrimitives.ReadUInt64LittleEndian(sectionHeader[24..]));

    private static int WeakenSection(Span<byte> image, int need, int strings, ReadOnlySpan<byte> name)
    {
        int marked = 0;
        while (true)
        {
            int count = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            int aux = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 8)..]);
            for (int i = 0; i < count; i++)
            {
                int text = strings + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(aux + 8)..]);
                if (image[text..].StartsWith(name) && image[text + name.Length] == 0)
                {
                    Span<byte> flags = image[(aux + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(
                        flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | FlagWeak));
                    marked++;
                }

                aux += (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(aux + 12)..]);
            }

            int next = (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 12)..]);
            if (next == 0)
            {
                return marked;
            }

            need += next;
        }
    }
}
