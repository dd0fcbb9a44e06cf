using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Queues;
using Polly;
using Polly.Retry;

namespace Pipeline.Workers;

/// <summary>
/// Ends deliveries, and keeps trying while the queue's backend is away: all these calls are safe to repeat, and giving up would turn
/// finished work into work done twice.
/// </summary>
internal sealed class Settlement
{
    private readonly IQueue _queue;
    private readonly ResiliencePipeline _resilience;
    private readonly CompletionBatcher _completions;
    private readonly CancellationToken _abort;

    public Settlement(IQueue queue, TimeProvider timeProvider, ILogger logger, CancellationToken abort)
    {
        _queue = queue;
        _abort = abort;
        _resilience = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<BackendUnavailableException>(),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                OnRetry = retry =>
                {
                    Log.SettlementFailed(logger, queue.Definition.Name, retry.RetryDelay, retry.Outcome.Exception);
                    return default;
                },
            })
            .Build();
        _completions = new CompletionBatcher(completions => RunAsync(token => _queue.CompleteAsync(completions, token)));
    }

    /// <summary>Completes a message durably.</summary>
    /// <returns>Whether its lease was still held.</returns>
    public Task<bool> CompleteAsync(QueueCompletion completion) => _completions.CompleteAsync(completion);

    public async Task<bool> AbandonAsync(QueueAbandonment abandonment) =>
        (await RunAsync(token => _queue.AbandonAsync([abandonment], token)).ConfigureAwait(false)).Count == 0;

    public async Task<bool> DeadLetterAsync(QueueRejection rejection) =>
        (await RunAsync(token => _queue.DeadLetterAsync([rejection], token)).ConfigureAwait(false)).Count == 0;

    /// <summary>Gives messages back in one call, so that they stand at the queue's head in the order in which they were received.</summary>
    public async Task ReturnAsync(IReadOnlyList<Delivery> deliveries)
    {
        // Each goes to the head in turn, so the one that shall stand first goes last.
        foreach (var chunk in deliveries.Reverse().Chunk(QueueLimits.MaxBatchSize))
        {
            await RunAsync(token => _queue.AbandonAsync([.. chunk.Select(d => QueueAbandonment.Returned(d.Received.Receipt))], token))
                .ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<QueueReceipt>> RunAsync(Func<CancellationToken, ValueTask<IReadOnlyList<QueueReceipt>>> call) =>
        await _resilience.ExecuteAsync(call, _abort).ConfigureAwait(false);
}
