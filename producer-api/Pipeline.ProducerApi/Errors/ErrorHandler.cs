using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Pipeline.ProducerApi.Errors;

/// <summary>Turns what a handler throws into OpenAI's error shape. Only what nobody foresaw is a 500, and is logged.</summary>
internal sealed class ErrorHandler(ILogger<ErrorHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        RequestException error = exception as RequestException ?? Translate(exception, httpContext);
        if (error.ForbidRetry)
        {
            httpContext.Response.Headers["x-should-retry"] = "false";
        }

        foreach ((string name, string value) in error.Headers)
        {
            httpContext.Response.Headers[name] = value;
        }

        httpContext.Response.StatusCode = error.StatusCode;
        await httpContext.Response.WriteAsJsonAsync(error.Reply, CancellationToken.None);
        return true;
    }

    private RequestException Translate(Exception exception, HttpContext context)
    {
        switch (exception)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new RequestException(413, "The request body is too large.", code: "request_too_large");
            case BadHttpRequestException bad:
                return new RequestException(bad.StatusCode, bad.Message);
            case JsonException:
                return RequestException.Invalid("We could not parse the JSON body of your request.");
            // Text that PostgreSQL cannot hold, such as a NUL in an id.
            case PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }:
                return RequestException.Invalid("The request contains characters that cannot be stored.");
            case NpgsqlException { IsTransient: true }:
                LogMessages.DatabaseUnavailable(logger, context.TraceIdentifier, exception);
                return new RequestException(503, "The server is temporarily unable to reach its database. Please try again.", type: "server_error");
            default:
                LogMessages.UnexpectedError(logger, context.Request.Method, context.Request.Path, context.TraceIdentifier, exception);
                return new RequestException(
                    500, $"The server had an error while processing your request ({context.TraceIdentifier}).", type: "server_error");
        }
    }
}
