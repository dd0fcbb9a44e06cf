using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Health;

/// <summary>Keeps the server accepting for a while after it was told to stop. Workers drain meanwhile.</summary>
internal sealed class DrainingService(
    IHostApplicationLifetime lifetime, IOptions<DrainingOptions> options, TimeProvider time, ILogger<DrainingService> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host calls it before it stops any service, the server among them.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A signal has said so already. A host that is stopped by a call says it only after this wait, which nobody would notice then.
        lifetime.StopApplication();
        var wait = options.Value.PreStopWait;
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        Log.Draining(logger, wait);
        try
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.DrainingCutShort(logger, wait);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
