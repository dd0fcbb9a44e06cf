using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Enqueues documents and works them off.</summary>
internal sealed class Ingest(IQueue<Document> documents, [FromKeyedServices("documents")] QueueWorker worker)
{
    private const int BatchSize = 64;

    /// <summary>How many files had been enqueued already, by another process of the run.</summary>
    public int EnqueuedByOthers { get; private set; }

    /// <summary>Enqueues files while the worker runs already, and ends when nothing is left but dead letters, or when it is cancelled.</summary>
    /// <remarks>
    /// The queue is bounded: where the worker falls behind, enqueueing waits for it. On a queue that others share, nothing is left when their
    /// documents are done, too.
    /// </remarks>
    public async Task RunAsync(SharedRun run, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var enqueuing = EnqueueAsync(run, paths, cancellationToken);
        await worker.RunUntilIdleAsync(enqueuing, cancellationToken);
        if (!cancellationToken.IsCancellationRequested)
        {
            await enqueuing;
        }
    }

    /// <summary>Works off what is in the queue, such as documents that were redriven.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => worker.RunUntilIdleAsync(cancellationToken);

    /// <summary>Counts what is in the queue, and what went through it since the run began.</summary>
    public async ValueTask<QueueStats> CountAsync(SharedRun run)
    {
        var stats = await documents.Untyped.GetStatsAsync(CancellationToken.None);
        return stats with
        {
            Dead = stats.Dead - run.Before.Dead,
            TotalEnqueued = stats.TotalEnqueued - run.Before.TotalEnqueued,
            TotalCompleted = stats.TotalCompleted - run.Before.TotalCompleted,
            TotalFailures = stats.TotalFailures - run.Before.TotalFailures,
            TotalCrashes = stats.TotalCrashes - run.Before.TotalCrashes,
            TotalDeadLettered = stats.TotalDeadLettered - run.Before.TotalDeadLettered,
        };
    }

    private async Task EnqueueAsync(SharedRun run, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var batch in paths.Chunk(BatchSize))
        {
            var results = await Task.WhenAll(batch.Select(path => EnqueueAsync(run, path, cancellationToken)));
            EnqueuedByOthers += results.Count(result => result.IsDuplicate);
        }
    }

    /// <summary>Each document once a run, however many processes list its folder.</summary>
    private Task<EnqueueResult> EnqueueAsync(SharedRun run, string path, CancellationToken cancellationToken) =>
        documents.EnqueueAsync(new Document(path), new EnqueueOptions { DeduplicationKey = $"{run.Id}/{PathKey.Of(path)}" }, cancellationToken).AsTask();
}
