using Pipeline.Data.Ids;

namespace Pipeline.ProducerApi.Http;

/// <summary>Gives every request an id, the reply's <c>x-request-id</c>, by which its log lines can be found.</summary>
internal static class RequestIds
{
    public static void UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.TraceIdentifier = PublicIds.Request();
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["x-request-id"] = context.TraceIdentifier;
            return Task.CompletedTask;
        });
        return next(context);
    });
}
