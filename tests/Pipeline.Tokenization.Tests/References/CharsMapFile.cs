using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>Writes SentencePiece's compiled replacements, as its trainer does: a double-array trie, then the texts.</summary>
internal sealed class CharsMapFile
{
    private readonly List<uint> _units = [.. new uint[256]];
    private readonly HashSet<uint> _taken = [0];
    private readonly List<byte> _texts = [];

    private CharsMapFile()
    {
    }

    /// <summary>The map as tokenizer.json has it.</summary>
    public static string Base64(IReadOnlyDictionary<string, string> replacements) => Convert.ToBase64String(Bytes(replacements));

    public static byte[] Bytes(IReadOnlyDictionary<string, string> replacements)
    {
        var map = new CharsMapFile();
        var keys = new List<(byte[] Left, uint Value)>();
        foreach ((string from, string to) in replacements)
        {
            keys.Add((Encoding.UTF8.GetBytes(from), (uint)map._texts.Count));
            map._texts.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }
        map.Place(0, keys);
        byte[] bytes = new byte[4 + map._units.Count * 4 + map._texts.Count];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, map._units.Count * 4);
        for (int i = 0; i < map._units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + i * 4), map._units[i]);
        }
        map._texts.CopyTo(bytes, 4 + map._units.Count * 4);
        return bytes;
    }

    /// <summary>Gives the children of a node places at a common base, with their own label added by exclusive or.</summary>
    private void Place(uint node, List<(byte[] Left, uint Value)> keys)
    {
        var children = keys.GroupBy(key => key.Left.Length == 0 ? (byte)0 : key.Left[0]).ToList();
        uint place = 1;
        while (children.Any(child => _taken.Contains(place ^ child.Key)))
        {
            place++;
        }
        foreach (var child in children)
        {
            _taken.Add(place ^ child.Key);
            while (_units.Count <= (place ^ child.Key))
            {
                _units.AddRange(new uint[256]);
            }
        }
        _units[(int)node] |= (node ^ place) << 10;
        foreach (var child in children)
        {
            uint index = place ^ child.Key;
            if (child.Key == 0)
            {
                _units[(int)node] |= 0x100;
                _units[(int)index] = 0x8000_0000 | child.Single().Value;
            }
            else
            {
                _units[(int)index] = child.Key;
                Place(index, [.. child.Select(key => (key.Left[1..], key.Value))]);
            }
        }
    }
}
