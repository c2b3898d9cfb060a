namespace Pipeline.Tokenization.Files;

/// <summary>A token that is looked for in the text itself, before anything else happens to it.</summary>
/// <param name="Id">Its id; it may lie outside the model's vocabulary.</param>
/// <param name="Content">The text that it is written as.</param>
/// <param name="Special">Whether it steers the model, rather than being text: decoding may leave it out.</param>
/// <param name="SingleWord">Whether it counts only where no letter, digit or underscore touches it.</param>
/// <param name="StripLeft">Whether it swallows the white space before it.</param>
/// <param name="StripRight">Whether it swallows the white space after it.</param>
/// <param name="Normalized">Whether it is looked for in the normalized text.</param>
internal sealed record AddedToken(
    int Id, string Content, bool Special, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized);
