namespace Pipeline.Problems;

/// <summary>What the host says an exception is to the caller.</summary>
/// <param name="Exception">The exception's type; it stands for those derived from it too, unless they have a mapping of their own.</param>
/// <param name="Map">Makes the problem.</param>
internal sealed record ProblemMapping(Type Exception, Func<Exception, HttpProblem> Map);
