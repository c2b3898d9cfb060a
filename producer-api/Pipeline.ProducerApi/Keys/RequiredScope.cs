using Pipeline.Data.Keys;

namespace Pipeline.ProducerApi.Keys;

/// <summary>What a key must be allowed to use an endpoint, as its metadata.</summary>
/// <param name="Read">The scope for GET and HEAD, one of <see cref="KeyScopes"/>; <see langword="null"/> if any key will do.</param>
/// <param name="Write">The scope for the other methods.</param>
internal sealed record RequiredScope(string? Read, string? Write)
{
    /// <summary>The scope for one method; <see langword="null"/> if any key will do.</summary>
    public string? For(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? Read : Write;

    /// <summary>The scope that a request needs; <see langword="null"/> if any key will do.</summary>
    /// <exception cref="InvalidOperationException">Its endpoint does not say; what nobody has thought of stays closed.</exception>
    public static string? Of(HttpContext context)
    {
        Endpoint? endpoint = context.GetEndpoint();
        RequiredScope scope = endpoint?.Metadata.GetMetadata<RequiredScope>()
            ?? throw new InvalidOperationException($"The endpoint {endpoint?.DisplayName} does not say which scope it needs: see {nameof(ScopeExtensions)}.");
        return scope.For(context.Request.Method);
    }
}
