using Pipeline.Data.Entities;

namespace Pipeline.Data.Keys;

/// <summary>Finds keys by their secret.</summary>
public static class KeyQueries
{
    /// <summary>The key that has this secret, or had it before a rotation; valid or not.</summary>
    /// <param name="keys">All keys.</param>
    /// <param name="hash">The secret's <see cref="ApiKeyHash"/>.</param>
    public static IQueryable<ApiKey> WithSecret(this IQueryable<ApiKey> keys, byte[] hash) =>
        keys.Where(key => key.KeyHash == hash || key.PreviousKeyHash == hash);
}
