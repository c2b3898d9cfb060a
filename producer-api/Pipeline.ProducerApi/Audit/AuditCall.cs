using Microsoft.AspNetCore.Http.Features;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Audit;

/// <summary>What the audit trail is to say of a request; a feature of it. Made before the request runs: what handles its errors clears its route.</summary>
internal sealed class AuditCall
{
    private const int LongestId = 256;

    private readonly HttpContext _context;
    private readonly Caller _caller;
    private readonly string _route;

    public AuditCall(HttpContext context, Caller caller, RouteEndpoint endpoint)
    {
        _context = context;
        _caller = caller;
        _route = endpoint.RoutePattern.RawText!.TrimEnd('/');
        ObjectId = NamedBy(context.Request.RouteValues);
    }

    /// <summary>The object that is changed, by the route, or the one that came of it.</summary>
    public string? ObjectId { get; set; }

    /// <summary>Whether the entry was written with the change itself.</summary>
    public bool IsWritten { get; set; }

    /// <summary>The call of a request that may change something.</summary>
    public static AuditCall Of(HttpContext context) => context.Features.GetRequiredFeature<AuditCall>();

    /// <summary>The entry for the request, which has been answered, or is about to be.</summary>
    public AuditEntry ToEntry(DateTimeOffset at, int status) => new()
    {
        At = at,
        TenantId = _caller.TenantId,
        KeyId = _caller.KeyId,
        Method = _context.Request.Method,
        Route = _route,
        ObjectId = ObjectId,
        StatusCode = (short)status,
        RemoteAddress = _context.Connection.RemoteIpAddress,
        RequestId = _context.TraceIdentifier,
    };

    // As it came, right or wrong.
    private static string? NamedBy(RouteValueDictionary values) =>
        values.TryGetValue("id", out object? id) && id is string { Length: <= LongestId } text ? text : null;
}
