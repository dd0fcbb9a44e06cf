namespace Pipeline.Problems;

/// <summary>A refusal or failure as the caller is told of it. It holds nothing that the caller may not know.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Code">What programs go by: one of <see cref="ProblemCodes"/>, or the application's own.</param>
/// <param name="Title">What it is, in a few words; the same for every problem with the code.</param>
/// <param name="Detail">What to do about this one, or <see langword="null"/>.</param>
public sealed record HttpProblem(int Status, string Code, string Title, string? Detail = null)
{
    /// <summary>After which time to try again: becomes <c>Retry-After</c>, in whole seconds rounded up. Default: none.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
