using System.Text.Json.Nodes;
using Pipeline.Tokenization.Templates.Evaluation;
using Pipeline.Tokenization.Templates.Lexing;
using Pipeline.Tokenization.Templates.Parsing;
using Pipeline.Tokenization.Templates.Syntax;

namespace Pipeline.Tokenization.Templates;

/// <summary>One parsed template. Immutable and safe for any number of threads.</summary>
internal sealed class TemplateProgram
{
    private readonly IReadOnlyList<Statement> _statements;
    private readonly HashSet<string> _names;

    /// <exception cref="TemplateSyntaxException">The template does not parse.</exception>
    public TemplateProgram(string source)
    {
        Source = source;
        _statements = TemplateParser.Parse(source);
        _names = [.. TemplateLexer.Tokenize(source).Where(token => token.Kind is TokenKind.Name or TokenKind.String).Select(token => token.Text)];
    }

    public string Source { get; }

    /// <summary>Whether its expressions have this name, or this string: what it never asks for makes no difference to it.</summary>
    public bool Knows(string name) => _names.Contains(name);

    /// <exception cref="TemplateRenderException">The template refuses the values, or cannot cope with them.</exception>
    public string Run(IEnumerable<KeyValuePair<string, object?>> variables, TimeProvider time) => new Interpreter(time).Run(_statements, variables);
}
