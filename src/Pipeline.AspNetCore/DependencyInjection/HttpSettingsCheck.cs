using Microsoft.Extensions.Hosting;

namespace Pipeline.DependencyInjection;

/// <summary>Stops the start where a section of the configuration is of no room.</summary>
internal sealed class HttpSettingsCheck(HttpSettings settings) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        settings.CheckSections();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
