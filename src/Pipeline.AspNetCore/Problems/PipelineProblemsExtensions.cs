using Pipeline.DependencyInjection;
using Pipeline.Problems;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says what the host's own exceptions are to callers.</summary>
public static class PipelineProblemsExtensions
{
    /// <summary>Answers an exception, and those derived from it, with a problem. It wins over what the suite would answer; the last call for a type counts.</summary>
    /// <typeparam name="TException">The exception.</typeparam>
    /// <param name="builder">The edge.</param>
    /// <param name="map">Makes the problem. It must hold nothing that the caller may not know.</param>
    /// <returns>The edge.</returns>
    public static IPipelineHttpBuilder AddProblem<TException>(this IPipelineHttpBuilder builder, Func<TException, HttpProblem> map)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(map);
        builder.Services.AddSingleton(new ProblemMapping(typeof(TException), exception => map((TException)exception)));
        return builder;
    }
}
