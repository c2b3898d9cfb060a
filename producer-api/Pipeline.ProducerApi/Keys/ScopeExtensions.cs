using Pipeline.Data.Keys;

namespace Pipeline.ProducerApi.Keys;

/// <summary>Says which scope endpoints need. Every endpoint under <c>/v1</c> has to, itself or through its group.</summary>
internal static class ScopeExtensions
{
    /// <summary>Opens the endpoints to keys with <paramref name="read"/> for GET and HEAD, and with <paramref name="write"/> for the rest.</summary>
    /// <param name="endpoints">A group, or one endpoint, which then goes before its group.</param>
    /// <param name="read">One of <see cref="KeyScopes"/>.</param>
    /// <param name="write">Another.</param>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string read, string write)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredScope(read, write));

    /// <summary>Opens the endpoints to keys with this scope, whatever the method.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireScope(scope, scope);

    /// <summary>Opens the endpoints to every key that is valid.</summary>
    public static TBuilder AllowAnyKey<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredScope(null, null));
}
