using System.Text.Json;
using Pipeline.Engine.Grammar;
using Pipeline.Engine.Grammar.Gbnf;
using Pipeline.Engine.Grammar.Json;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Grammar.Patterns;
using Pipeline.Engine.Grammar.Terms;
using Pipeline.Tokenization;
using Pipeline.Tokenization.Requests;

namespace Pipeline.Engine;

/// <summary>
/// Makes constraints of what requests ask for, and keeps those that were used last, for one model. Thread-safe: meant to be
/// called by whoever reads a request, and not by the thread that computes.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="endTokens">The tokens that end an output.</param>
/// <param name="time">The clock that making is timed by.</param>
/// <param name="mostBytes">About how much memory those that are kept may take together. Default 256 MiB.</param>
public sealed class OutputConstraints(Tokenizer tokenizer, IReadOnlyCollection<int> endTokens, TimeProvider time, long mostBytes = 256 << 20)
{
    // Reading all tokens takes a while for a large vocabulary: not before somebody asks for a form.
    private readonly Lazy<TokenVocabulary> _vocabulary = new(() => new TokenVocabulary(tokenizer, endTokens));
    private readonly GrammarCache _cache = new(mostBytes);

    /// <summary>The constraint for a form; one that was made before where there is one.</summary>
    /// <param name="output">The form.</param>
    /// <param name="seconds">How long it took to make; 0 for one that was there.</param>
    /// <exception cref="GrammarException">The description is damaged, or asks for what is not supported.</exception>
    public OutputConstraint Get(StructuredOutput output, out double seconds)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (endTokens.Count == 0)
        {
            throw new GrammarException("", "The model has no token that could end an output.");
        }

        double took = 0;
        CompiledGrammar grammar = _cache.Get(new GrammarCache.Key(output.Kind, output.Text, output.IsCompact, output.Thoughts is not null, output.Calls), () =>
        {
            TokenVocabulary vocabulary = _vocabulary.Value;
            long start = time.GetTimestamp();
            var made = new CompiledGrammar(Language(output), vocabulary, mostBytes / 4);
            took = time.GetElapsedTime(start).TotalSeconds;
            return made;
        });
        seconds = took;
        return output.Thoughts is { } marks ? AfterThoughts(output, marks, grammar) : grammar;
    }

    private OutputConstraint AfterThoughts(StructuredOutput output, ReasoningMarks marks, CompiledGrammar form)
    {
        if (tokenizer.TokenId(marks.End) is { } end && (output.AreThoughtsBegun || tokenizer.TokenId(marks.Begin) is not null))
        {
            return new AfterThoughts(form, output.AreThoughtsBegun ? null : tokenizer.TokenId(marks.Begin), end);
        }

        return output.AreThoughtsBegun
            ? throw new GrammarException("", $"The prompt has the model think, and '{marks.End}', which would end its thoughts, is no token of it.") : form;
    }

    /// <summary>The language; after thoughts models begin their answers with line ends.</summary>
    private static Rule Language(StructuredOutput output)
    {
        Rule language = output.Calls is { } calls ? Calls.Or(output.Kind == StructuredOutputKind.Text ? null : Described(output), calls, output.IsCompact) : Described(output);
        return output.Thoughts is null ? language
            : new Rule("answer") { Body = Term.Then(Term.Text("\n").Times(0, 2), language.Call) };
    }

    private static Rule Described(StructuredOutput output) => output.Kind switch
    {
        StructuredOutputKind.JsonObject => SchemaCompiler.AnyObject(output.IsCompact),
        StructuredOutputKind.JsonSchema => SchemaCompiler.Compile(JsonElement.Parse(output.Text), output.IsCompact),
        StructuredOutputKind.Regex => new Rule("regex") { Body = RegexParser.Whole(output.Text) },
        StructuredOutputKind.Choice => new Rule("choice") { Body = Term.OneOf([.. JsonElement.Parse(output.Text).EnumerateArray().Select(text => Term.Text(text.GetString()!))]) },
        StructuredOutputKind.Grammar => GbnfParser.Parse(output.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output.Kind, null),
    };
}
