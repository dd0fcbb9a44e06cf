using Microsoft.Extensions.Logging;
using Pipeline;
using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Starts the suite where there is no host.</summary>
public static class PipelineStartExtensions
{
    /// <summary>
    /// Checks everything that was declared, and reaches every backend that was configured. A host does it before its services start;
    /// without a host, call it once. Where it is not called, the first use of each part finds the same errors.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when all is well.</returns>
    /// <exception cref="InvalidOperationException">Something is declared or configured wrongly; the message names it and the mend.</exception>
    /// <exception cref="Options.OptionsValidationException">A setting is out of range; the message names it and the mend.</exception>
    /// <exception cref="BackendUnavailableException">A backend that is required does not answer.</exception>
    public static async Task StartPipelineAsync(this IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        foreach (var starter in services.GetServices<PipelineStarter>())
        {
            starter.Check();
        }

        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<PipelineStarter>();
        foreach (var probe in services.GetServices<IBackendProbe>())
        {
            try
            {
                await probe.ProbeAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (BackendUnavailableException exception) when (probe.Requirement == StartupCheck.Warn)
            {
                Log.BackendUnavailableAtStart(logger, probe.Backend, exception);
            }
        }
    }
}
