namespace Pipeline.ProducerApi.Http;

/// <summary>A page of objects, as OpenAI pages: <c>has_more</c> says whether to ask again with <c>after=last_id</c>.</summary>
internal sealed record ListReply<T>(string Object, IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    /// <summary>Makes a page of rows of which one more than <paramref name="limit"/> was asked for.</summary>
    public static ListReply<T> Of<TRow>(IReadOnlyList<TRow> rows, int limit, Func<TRow, T> map, Func<TRow, string> id)
    {
        TRow[] page = [.. rows.Take(limit)];
        return new ListReply<T>(
            "list",
            [.. page.Select(map)],
            page.Length > 0 ? id(page[0]) : null,
            page.Length > 0 ? id(page[^1]) : null,
            rows.Count > limit);
    }
}
