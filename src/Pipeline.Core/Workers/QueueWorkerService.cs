using Microsoft.Extensions.Hosting;

namespace Pipeline.Workers;

/// <summary>Runs a worker as part of a host.</summary>
internal sealed class QueueWorkerService(QueueWorker worker) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => worker.RunAsync(stoppingToken);
}
