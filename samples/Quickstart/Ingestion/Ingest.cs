using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Enqueues documents and works them off.</summary>
internal sealed class Ingest(IQueue<Document> documents, [FromKeyedServices("documents")] QueueWorker worker, TimeProvider time)
{
    private const int BatchSize = 64;

    /// <summary>Enqueues files while the worker runs already, and ends when nothing is left but dead letters, or when it is cancelled.</summary>
    /// <remarks>The queue is bounded: where the worker falls behind, enqueueing waits for it.</remarks>
    public async Task RunAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        using var enqueued = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = worker.RunAsync(enqueued.Token);
        try
        {
            foreach (var batch in paths.Chunk(BatchSize))
            {
                await documents.EnqueueBatchAsync([.. batch.Select(path => new Document(path, time.GetUtcNow()))], cancellationToken: cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was enqueued is drained below, and the caller knows that it cancelled.
        }
        finally
        {
            // A worker that ends when idle could end before the first file has come; so it runs until all have, and then until idle.
            await enqueued.CancelAsync();
            await working;
        }

        await FinishAsync(cancellationToken);
    }

    /// <summary>Works off what is in the queue, such as documents that were redriven.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => worker.RunUntilIdleAsync(cancellationToken);

    /// <summary>Counts what is in the queue and what went through it.</summary>
    public ValueTask<QueueStats> CountAsync() => documents.Untyped.GetStatsAsync(CancellationToken.None);
}
