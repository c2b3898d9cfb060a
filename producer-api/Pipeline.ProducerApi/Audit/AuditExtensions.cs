using System.Collections.Concurrent;
using System.Reflection;
using Pipeline.ProducerApi.Keys;

namespace Pipeline.ProducerApi.Audit;

/// <summary>Registers the audit trail.</summary>
internal static class AuditExtensions
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> Ids = new();

    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditedChanges>();
        services.AddSingleton<AuditTrail>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditTrail>());
        return services;
    }

    /// <summary>Writes an entry for every request with a valid key that may change something, however it ends.</summary>
    public static void UseAudit(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (IsChange(context.Request.Method) && context.GetEndpoint() is RouteEndpoint endpoint && Caller.Of(context) is { } caller)
        {
            AuditCall call = new(context, caller, endpoint);
            context.Features.Set(call);
            context.Response.OnCompleted(() =>
            {
                AuditTrail trail = context.RequestServices.GetRequiredService<AuditTrail>();
                return call.IsWritten ? Task.CompletedTask : trail.AddAsync(call.ToEntry(trail.Now, context.Response.StatusCode)).AsTask();
            });
        }

        return next(context);
    });

    /// <summary>Lets the trail name what a request has made: the <c>Id</c> of what an endpoint answers.</summary>
    public static RouteGroupBuilder WithAuditedIds(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(async (invocation, next) =>
        {
            object? result = await next(invocation);
            if (IsChange(invocation.HttpContext.Request.Method) && result is IValueHttpResult { Value: { } value }
                && Ids.GetOrAdd(value.GetType(), type => type.GetProperty("Id", typeof(string)))?.GetValue(value) is string id)
            {
                AuditCall.Of(invocation.HttpContext).ObjectId ??= id;
            }

            return result;
        });
        return group;
    }

    private static bool IsChange(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);
}
