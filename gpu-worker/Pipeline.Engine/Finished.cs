namespace Pipeline.Engine;

/// <summary>A request that left an engine.</summary>
/// <typeparam name="TResult">What comes of requests.</typeparam>
/// <param name="Id">Its id.</param>
/// <param name="Result">What came of it; for a failed one, as far as it got.</param>
/// <param name="Failure">Why it alone failed, or null.</param>
public readonly record struct Finished<TResult>(string Id, TResult Result, Exception? Failure);
