using System.Text;
using System.Text.Json;
using Pipeline.Engine.Grammar.Automata;
using Pipeline.Engine.Grammar.Json;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Grammar.Terms;

namespace Pipeline.Engine.Tests.Grammar.Support;

/// <summary>Shorthand for languages, and for what belongs to them.</summary>
internal static class Languages
{
    public static CompiledGrammar Schema(string schema, TokenVocabulary? vocabulary = null, bool compact = false) =>
        new(SchemaCompiler.Compile(JsonElement.Parse(schema), compact), vocabulary ?? Vocabularies.Shipped);

    public static CompiledGrammar Of(Term term, TokenVocabulary? vocabulary = null) => new(new Rule("root") { Body = term }, vocabulary ?? Vocabularies.Shipped);

    public static bool Has(this CompiledGrammar grammar, string text) => grammar.Has(Encoding.UTF8.GetBytes(text));

    public static bool Has(this CompiledGrammar grammar, byte[] text) => grammar.Read(grammar.Start, text) is { MayEnd: true };

    /// <summary>The tokens that a mask allows.</summary>
    public static List<int> Allowed(MaskWriter write, TokenVocabulary vocabulary)
    {
        uint[] mask = new uint[vocabulary.MaskWords];
        write(mask);
        return [.. Enumerable.Range(0, 32 * mask.Length).Where(token => (mask[token / 32] >> (token % 32) & 1) != 0)];
    }

    public static List<int> Allowed(this TokenConstraint constraint, TokenVocabulary vocabulary) => Allowed(constraint.WriteMask, vocabulary);

    public static List<int> Allowed(this CompiledGrammar grammar, Configuration at) => Allowed(grammar.Mask(at).Write, grammar.Vocabulary);

    public delegate void MaskWriter(Span<uint> mask);
}
