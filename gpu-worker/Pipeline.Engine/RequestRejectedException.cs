namespace Pipeline.Engine;

/// <summary>A request cannot be run, and did not enter the engine. To send it again unchanged is of no use.</summary>
public sealed class RequestRejectedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="code">What is wrong, for programs: <c>context_length_exceeded</c>, <c>invalid_value</c>, <c>cache_capacity_exceeded</c>, <c>duplicate_id</c>.</param>
    /// <param name="param">Which part of the request, by its name in the API: <c>prompt</c>, <c>max_tokens</c>, <c>temperature</c> and so on; or <c>id</c>.</param>
    /// <param name="message">What is wrong, for people.</param>
    public RequestRejectedException(string code, string param, string message)
        : base(message)
    {
        Code = code;
        Param = param;
    }

    /// <summary>Makes the exception without a cause.</summary>
    public RequestRejectedException()
        : this("invalid_value", "request", "The request cannot be run.")
    {
    }

    /// <summary>Makes the exception.</summary>
    public RequestRejectedException(string message)
        : this("invalid_value", "request", message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public RequestRejectedException(string message, Exception innerException)
        : base(message, innerException)
    {
        Code = "invalid_value";
        Param = "request";
    }

    /// <summary>What is wrong, for programs.</summary>
    public string Code { get; }

    /// <summary>Which part of the request.</summary>
    public string Param { get; }
}
