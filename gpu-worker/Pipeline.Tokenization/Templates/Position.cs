namespace Pipeline.Tokenization.Templates;

/// <summary>A place in a template, counted from 1.</summary>
internal readonly record struct Position(int Line, int Column);
