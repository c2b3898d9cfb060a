using System.Buffers.Binary;
using System.Text;
using Pipeline.Tokenization.Files.SentencePiece;

namespace Pipeline.Tokenization.Tests.References;

/// <summary>Writes a tokenizer.model, as SentencePiece's trainer does: a ModelProto of Protocol Buffers.</summary>
internal sealed class SentencePieceWriter
{
    private readonly List<byte> _output = [];

    public static byte[] Model(
        IReadOnlyList<VocabularyPiece> pieces, int type, int unknown, bool addDummyPrefix, bool removeExtraWhitespaces, byte[]? charsMap = null)
    {
        var trainer = new SentencePieceWriter();
        trainer.Number(3, type);
        trainer.Number(35, pieces.Any(piece => piece.Type == PieceType.Byte) ? 1 : 0);
        trainer.Number(40, unknown);
        var normalizer = new SentencePieceWriter();
        normalizer.Bytes(1, "identity"u8);
        normalizer.Bytes(2, charsMap ?? []);
        normalizer.Number(3, addDummyPrefix ? 1 : 0);
        normalizer.Number(4, removeExtraWhitespaces ? 1 : 0);
        var model = new SentencePieceWriter();
        foreach (VocabularyPiece piece in pieces)
        {
            var message = new SentencePieceWriter();
            message.Bytes(1, Encoding.UTF8.GetBytes(piece.Text));
            message.Single(2, piece.Score);
            message.Number(3, (int)piece.Type);
            model.Bytes(1, [.. message._output]);
        }
        model.Bytes(2, [.. trainer._output]);
        model.Bytes(3, [.. normalizer._output]);
        return [.. model._output];
    }

    private void Number(int field, int value)
    {
        Varint((uint)field << 3);
        Varint((uint)value);
    }

    private void Single(int field, float value)
    {
        Varint(((uint)field << 3) | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _output.AddRange(bytes);
    }

    private void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((uint)field << 3) | 2);
        Varint((uint)value.Length);
        _output.AddRange(value);
    }

    private void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _output.Add((byte)(value | 0x80));
        }
        _output.Add((byte)value);
    }
}
