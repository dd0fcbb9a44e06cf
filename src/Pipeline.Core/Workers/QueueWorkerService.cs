using Microsoft.Extensions.Hosting;

namespace Pipeline.Workers;

/// <summary>Runs a worker as part of a host.</summary>
/// <remarks>
/// It drains from the moment that the host is told to stop. The host stops its services one after the other, and a web server may wait before it stops: workers that
/// drained only when their turn comes would share out one grace time among them.
/// </remarks>
internal sealed class QueueWorkerService(QueueWorker worker, IHostApplicationLifetime? lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime?.ApplicationStopping ?? CancellationToken.None);
        await worker.RunAsync(stopping.Token).ConfigureAwait(false);
    }
}
