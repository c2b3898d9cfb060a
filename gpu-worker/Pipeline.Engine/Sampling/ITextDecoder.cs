namespace Pipeline.Engine.Sampling;

/// <summary>Turns tokens into text as they come.</summary>
internal interface ITextDecoder
{
    /// <summary>Text that is certain now that this token has come; a character may span tokens.</summary>
    string Append(int token);

    /// <summary>What was held back.</summary>
    string Flush();
}
