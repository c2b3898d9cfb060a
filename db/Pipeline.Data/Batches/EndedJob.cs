namespace Pipeline.Data.Batches;

/// <summary>A job of a batch that has ended, in the order in which they do.</summary>
/// <param name="Place">The how-manieth of its batch it was to end, from 1. It only grows: read on after the last place seen.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Url">The API path that it asked for; <see langword="null"/> if the input was not asked for.</param>
/// <param name="Input">What it asked, as UTF-8 JSON; <see langword="null"/> if the input was not asked for.</param>
public sealed record EndedJob(int Place, ResultRow Result, string? Url, byte[]? Input);
