using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Enqueues documents and works them off.</summary>
internal sealed class Ingest(IQueue<Document> documents, [FromKeyedServices("documents")] QueueWorker worker)
{
    private const int BatchSize = 64;

    /// <summary>Enqueues files while the worker runs already, and ends when nothing is left but dead letters, or when it is cancelled.</summary>
    /// <remarks>The queue is bounded: where the worker falls behind, enqueueing waits for it.</remarks>
    public async Task RunAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var enqueuing = EnqueueAsync(paths, cancellationToken);
        await worker.RunUntilIdleAsync(enqueuing, cancellationToken);
        if (!cancellationToken.IsCancellationRequested)
        {
            await enqueuing;
        }
    }

    /// <summary>Works off what is in the queue, such as documents that were redriven.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => worker.RunUntilIdleAsync(cancellationToken);

    /// <summary>Counts what is in the queue and what went through it.</summary>
    public ValueTask<QueueStats> CountAsync() => documents.Untyped.GetStatsAsync(CancellationToken.None);

    private async Task EnqueueAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var batch in paths.Chunk(BatchSize))
        {
            await documents.EnqueueBatchAsync([.. batch.Select(path => new Document(path))], cancellationToken: cancellationToken);
        }
    }
}
