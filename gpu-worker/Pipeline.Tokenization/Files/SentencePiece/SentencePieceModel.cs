namespace Pipeline.Tokenization.Files.SentencePiece;

/// <summary>What a piece of the vocabulary is for (sentencepiece_model.proto, SentencePiece.Type).</summary>
internal enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>A piece of the vocabulary; its id is its place in the file.</summary>
/// <param name="Text">Its spelling.</param>
/// <param name="Score">How likely it is, or for BPE how early it was joined.</param>
/// <param name="Type">What it is for.</param>
internal readonly record struct VocabularyPiece(string Text, float Score, PieceType Type);

/// <summary>What stands in a tokenizer.model: SentencePiece's ModelProto, as far as it is needed to make tokens.</summary>
internal sealed class SentencePieceModel
{
    public List<VocabularyPiece> Pieces { get; } = [];

    /// <summary>1 for Unigram, 2 for BPE, 3 for words, 4 for characters (TrainerSpec.ModelType).</summary>
    public int ModelType { get; private set; } = 1;

    public int UnknownId { get; private set; }

    /// <summary>Whether a space is put before a text.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespaces { get; private set; } = true;

    /// <summary>Whether spaces follow their word instead of beginning the next.</summary>
    public bool WhitespaceAsSuffix { get; private set; }

    public byte[] CharsMap { get; private set; } = [];

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static SentencePieceModel Read(string path)
    {
        var model = new SentencePieceModel();
        try
        {
            var reader = new ProtobufReader(File.ReadAllBytes(path));
            while (reader.Read())
            {
                switch (reader.Field)
                {
                    case 1:
                        model.Pieces.Add(ReadPiece(reader.Bytes));
                        break;
                    case 2:
                        model.ReadTrainer(reader.Bytes);
                        break;
                    case 3:
                        model.ReadNormalizer(reader.Bytes);
                        break;
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path} is not a SentencePiece model: {e.Message}", e);
        }
        return model.Pieces.Count > 0 ? model : throw new InvalidDataException($"{path} is not a SentencePiece model: it has no pieces.");
    }

    private static VocabularyPiece ReadPiece(ReadOnlySpan<byte> message)
    {
        (string text, float score, PieceType type) = ("", 0, PieceType.Normal);
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    text = reader.Text;
                    break;
                case 2:
                    score = reader.Single;
                    break;
                case 3:
                    type = (PieceType)reader.Int32;
                    break;
            }
        }
        return new VocabularyPiece(text, score, type);
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 3:
                    ModelType = reader.Int32;
                    break;
                case 24:
                    WhitespaceAsSuffix = reader.Boolean;
                    break;
                case 40:
                    UnknownId = reader.Int32;
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 2:
                    CharsMap = reader.Bytes.ToArray();
                    break;
                case 3:
                    AddDummyPrefix = reader.Boolean;
                    break;
                case 4:
                    RemoveExtraWhitespaces = reader.Boolean;
                    break;
            }
        }
    }
}
