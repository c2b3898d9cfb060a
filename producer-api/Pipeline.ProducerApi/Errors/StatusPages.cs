using Microsoft.AspNetCore.Diagnostics;

namespace Pipeline.ProducerApi.Errors;

/// <summary>Gives a body to statuses that routing sets by itself: unknown path, wrong method, wrong content type.</summary>
internal static class StatusPages
{
    public static Task WriteAsync(StatusCodeContext context)
    {
        HttpRequest request = context.HttpContext.Request;
        int status = context.HttpContext.Response.StatusCode;
        string message = status switch
        {
            404 => $"Invalid URL ({request.Method} {request.Path})",
            405 => $"Not allowed to {request.Method} on {request.Path}. (HINT: Perhaps you meant to use a different HTTP method?)",
            415 => $"Unsupported content type: '{request.ContentType}'.",
            429 => "Too many uploads at the same time. Please try again.",
            _ => $"The request failed with status {status}.",
        };
        string type = status == 429 ? "rate_limit_error" : "invalid_request_error";
        return context.HttpContext.Response.WriteAsJsonAsync(new ErrorReply(new ErrorBody(message, type, null, null)));
    }
}
