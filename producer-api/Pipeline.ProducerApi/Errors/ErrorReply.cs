namespace Pipeline.ProducerApi.Errors;

/// <summary>OpenAI's error envelope.</summary>
/// <param name="Error">What went wrong.</param>
internal sealed record ErrorReply(ErrorBody Error);

/// <summary>OpenAI's error object; every key is always there.</summary>
/// <param name="Message">A sentence for people.</param>
/// <param name="Type">The family, such as <c>invalid_request_error</c>.</param>
/// <param name="Param">The parameter at fault.</param>
/// <param name="Code">The word for programs.</param>
internal sealed record ErrorBody(string Message, string Type, string? Param, string? Code);
