namespace Pipeline.Problems;

/// <summary>Ends a request with a problem. What an endpoint, or what it calls, throws to refuse a call.</summary>
/// <remarks>It is the caller's business, not the server's: it is no error in the log.</remarks>
public sealed class HttpProblemException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="problem">What the caller is told.</param>
    /// <param name="innerException">What caused it, for the log; or <see langword="null"/>.</param>
    public HttpProblemException(HttpProblem problem, Exception? innerException = null)
        : base(problem?.Detail ?? problem?.Title, innerException)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Problem = problem;
    }

    /// <summary>What the caller is told.</summary>
    public HttpProblem Problem { get; }
}
