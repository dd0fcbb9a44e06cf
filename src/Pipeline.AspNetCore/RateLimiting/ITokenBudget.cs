namespace Pipeline.RateLimiting;

/// <summary>The token budget of a request whose endpoint has one (<c>RequireTokenBudget</c>): what was reserved, and what was used.</summary>
/// <remarks>A feature of the request: <c>context.Features.Get&lt;ITokenBudget&gt;()</c>. Thread safe.</remarks>
public interface ITokenBudget
{
    /// <summary>What has been reported so far; <see langword="null"/> where nothing has.</summary>
    long? Reported { get; }

    /// <summary>Adds to what the request has used.</summary>
    /// <param name="tokens">How many more, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tokens"/> is negative.</exception>
    void Report(long tokens);
}
