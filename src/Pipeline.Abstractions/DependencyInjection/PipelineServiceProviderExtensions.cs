using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Finds the services of one suite, named or not.</summary>
public static class PipelineServiceProviderExtensions
{
    /// <summary>Gets a service of a suite: keyed by the suite's name, or unkeyed where the name is empty.</summary>
    /// <typeparam name="T">The service.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="pipelineName">The suite's name; empty for the only or main one.</param>
    /// <returns>The service.</returns>
    /// <exception cref="InvalidOperationException">No such service was registered.</exception>
    public static T GetRequiredPipelineService<T>(this IServiceProvider services, string pipelineName)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(pipelineName);
        return pipelineName.Length == 0 ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(pipelineName);
    }
}
