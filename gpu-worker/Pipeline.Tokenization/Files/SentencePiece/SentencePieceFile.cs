using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tokenization.Models;

namespace Pipeline.Tokenization.Files.SentencePiece;

/// <summary>
/// Makes a tokenizer of SentencePiece's own tokenizer.model, for model directories without a tokenizer.json: by the rules
/// of transformers' convert_slow_tokenizer.py, those of Llama for BPE (which are Mistral's and Gemma's too), those of
/// SpmConverter for Unigram.
/// </summary>
internal static class SentencePieceFile
{
    private const string Space = "\u2581";

    /// <summary>These put tokens of their own before those of the file, so that its places are not their ids.</summary>
    private static readonly string[] Renumbered =
        ["XLMRoberta", "Camembert", "MBart", "MBart50", "Nllb", "Barthez", "Pegasus", "XGLM", "M2M100", "XLMProphetNet", "ErnieM"];

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="NotSupportedException">It is of a kind that is not supported; the message names it.</exception>
    public static TokenizerParts Read(string modelDirectory, TokenizerSettings roles)
    {
        SentencePieceModel file = SentencePieceModel.Read(Path.Combine(modelDirectory, "tokenizer.model"));
        SentencePieceSettings settings = SentencePieceSettings.Read(modelDirectory);
        if (Array.Exists(Renumbered, name => settings.TokenizerClass == name + "Tokenizer"))
        {
            throw new NotSupportedException(
                $"A {settings.TokenizerClass} numbers its tokens otherwise than its tokenizer.model does: it needs a tokenizer.json.");
        }
        if (file.WhitespaceAsSuffix)
        {
            throw new NotSupportedException("SentencePiece models that put white space after words (treat_whitespace_as_suffix) are not supported.");
        }
        var vocabulary = new Dictionary<string, int>();
        for (int id = 0; id < file.Pieces.Count; id++)
        {
            vocabulary[file.Pieces[id].Text] = id;
        }
        return file.ModelType switch
        {
            1 => Unigram(file, settings, vocabulary, roles),
            2 => Bpe(file, settings, vocabulary, roles),
            _ => throw new NotSupportedException($"SentencePiece models of type {file.ModelType} are not supported: only Unigram (1) and BPE (2) are."),
        };
    }

    private static TokenizerParts Bpe(
        SentencePieceModel file, SentencePieceSettings settings, Dictionary<string, int> vocabulary, TokenizerSettings roles)
    {
        bool prefix = settings.AddPrefixSpace ?? file.AddDummyPrefix;
        var normalizers = new List<JsonObject>(CharsMap(file));
        if (file.RemoveExtraWhitespaces)
        {
            normalizers.AddRange(Tidy());
        }
        if (prefix && settings.Legacy)
        {
            normalizers.Add(new JsonObject { ["type"] = "Prepend", ["prepend"] = Space });
        }
        normalizers.Add(Replace("String", " ", Space));
        var decoders = new List<JsonObject> { Replace("String", Space, " "), Of("ByteFallback"), Of("Fuse") };
        if (prefix)
        {
            decoders.Add(new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        }
        var options = new CharacterBpeOptions(file.UnknownId, FuseUnknown: true, HasBytes(file), WholePiecesFirst: false);
        return new TokenizerParts
        {
            AddedTokens = AddedTokens(file, settings),
            Normalize = NormalizerPart.Read(Sequence("normalizers", normalizers)),
            PreTokenizer = PreTokenizerPart.Read(prefix && !settings.Legacy ? Element(Metaspace("first", split: false)) : default),
            Model = new CharacterBpe(vocabulary, PieceMerges.Of(file.Pieces, vocabulary), options),
            PostProcessor = Around(vocabulary, roles, settings.AddBeginToken ?? true, settings.AddEndToken ?? false),
            Decoder = DecoderPart.Read(Sequence("decoders", decoders)),
        };
    }

    private static TokenizerParts Unigram(
        SentencePieceModel file, SentencePieceSettings settings, Dictionary<string, int> vocabulary, TokenizerSettings roles)
    {
        string scheme = settings.AddPrefixSpace ?? file.AddDummyPrefix ? "always" : "never";
        bool bytes = HasBytes(file);
        return new TokenizerParts
        {
            AddedTokens = AddedTokens(file, settings),
            Normalize = NormalizerPart.Read(Sequence("normalizers", [.. CharsMap(file), .. Tidy()])),
            PreTokenizer = PreTokenizerPart.Read(Element(Metaspace(scheme, split: true))),
            Model = new Unigram(vocabulary, [.. file.Pieces.Select(piece => (double)piece.Score)], file.UnknownId, bytes, Steering(file)),
            PostProcessor = Around(vocabulary, roles, settings.AddBeginToken ?? false, settings.AddEndToken ?? settings.TokenizerClass == "T5Tokenizer"),
            Decoder = DecoderPart.Read(Sequence("decoders",
                bytes ? [Of("ByteFallback"), Metaspace(scheme, split: true)] : [Metaspace(scheme, split: true)])),
        };
    }

    private static HashSet<string> Steering(SentencePieceModel file) =>
        [.. file.Pieces.Where(piece => piece.Type is PieceType.Control or PieceType.Unknown or PieceType.Unused).Select(piece => piece.Text)];

    private static bool HasBytes(SentencePieceModel file) => file.Pieces.Exists(piece => piece.Type == PieceType.Byte);

    /// <summary>Control pieces steer the model; those that a user defined are text that is never cut.</summary>
    private static List<AddedToken> AddedTokens(SentencePieceModel file, SentencePieceSettings settings)
    {
        var added = new List<AddedToken>(settings.AddedTokens);
        for (int id = 0; id < file.Pieces.Count; id++)
        {
            (string text, _, PieceType type) = file.Pieces[id];
            if (type is PieceType.Unknown or PieceType.Control or PieceType.UserDefined && !added.Exists(token => token.Content == text))
            {
                added.Add(new AddedToken(id, text, type != PieceType.UserDefined, false, false, false, false));
            }
        }
        return added;
    }

    private static PostProcessorPart Around(Dictionary<string, int> vocabulary, TokenizerSettings roles, bool begin, bool end)
    {
        return new(begin ? Ids("bos_token", "<s>") : [], end ? Ids("eos_token", "</s>") : []);

        int[] Ids(string role, string usual) =>
            vocabulary.TryGetValue(roles.RoleTokens.GetValueOrDefault(role, usual), out int id) ? [id] : [];
    }

    private static IEnumerable<JsonObject> CharsMap(SentencePieceModel file) => file.CharsMap.Length == 0 ? []
        : [new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(file.CharsMap) }];

    private static JsonObject[] Tidy() =>
        [new JsonObject { ["type"] = "Strip", ["strip_left"] = false, ["strip_right"] = true }, Replace("Regex", " {2,}", Space)];

    private static JsonObject Of(string type) => new() { ["type"] = type };

    private static JsonObject Replace(string kind, string pattern, string content) =>
        new() { ["type"] = "Replace", ["pattern"] = new JsonObject { [kind] = pattern }, ["content"] = content };

    private static JsonObject Metaspace(string scheme, bool split) => new()
    {
        ["type"] = "Metaspace", ["replacement"] = Space, ["prepend_scheme"] = scheme, ["split"] = split,
    };

    private static JsonElement Sequence(string name, IEnumerable<JsonObject> steps) =>
        Element(new JsonObject { ["type"] = "Sequence", [name] = new JsonArray([.. steps]) });

    private static JsonElement Element(JsonObject part) => JsonSerializer.SerializeToElement(part);
}
