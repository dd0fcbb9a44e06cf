using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>
/// Works on a queue: receives, handles several messages at once, renews their leases meanwhile, and completes, retries, defers or
/// dead-letters each as its handler's result demands.
/// </summary>
/// <remarks>
/// <para>
/// Registered by <c>AddWorker</c>, which also runs it where there is a host; without one, call <see cref="RunAsync"/>. Completions are
/// coalesced: one goes out at once when none is in flight, those that come meanwhile go out together when it has returned.
/// </para>
/// <para>
/// Failures are retried with a growing delay until the message's maximum makes it a dead letter. A rate limit's refusal waits for up to
/// <see cref="QueueWorkerOptions.MaxRateLimitWait"/> and then defers the message, at no charge. While the queue's backend is away the
/// worker keeps trying. Thread safe.
/// </para>
/// </remarks>
public sealed class QueueWorker
{
    private readonly IQueue _queue;
    private readonly IMessageHandler _handler;
    private readonly QueueWorkerOptions _options;
    private readonly WorkerServices _services;
    private int _running;

    internal QueueWorker(string name, IQueue queue, IMessageHandler handler, QueueWorkerOptions options, WorkerServices services)
    {
        Name = name;
        _queue = queue;
        _handler = handler;
        _options = options with { RetrySchedule = [.. options.RetrySchedule] };
        _services = services;
    }

    /// <summary>The worker's name: that of its queue, unless it was given one of its own.</summary>
    public string Name { get; }

    /// <summary>The name of the queue that it works on.</summary>
    public string QueueName => _queue.Definition.Name;

    /// <summary>
    /// Works until it is cancelled, and then drains: it stops receiving, gives back at once what has not been started, lets what runs
    /// finish within <see cref="QueueWorkerOptions.DrainTimeout"/>, and gives back the rest. Nothing is charged for what is given back.
    /// </summary>
    /// <param name="cancellationToken">Stops the worker.</param>
    /// <returns>A task that completes when the drain is over. It is not cancelled.</returns>
    /// <exception cref="InvalidOperationException">The worker is running already.</exception>
    public Task RunAsync(CancellationToken cancellationToken) => RunOnceAsync(producing: null, cancellationToken);

    /// <summary>
    /// Works until the queue holds nothing but dead letters, its delayed and retried messages included, and then ends. For tests and
    /// programs that work off a batch.
    /// </summary>
    /// <param name="cancellationToken">Stops the worker earlier, with a drain.</param>
    /// <returns>A task that completes when the queue is empty or the drain is over. It is not cancelled.</returns>
    /// <exception cref="InvalidOperationException">The worker is running already.</exception>
    public Task RunUntilIdleAsync(CancellationToken cancellationToken = default) => RunUntilIdleAsync(Task.CompletedTask, cancellationToken);

    /// <summary>Works until a producer has ended, whichever way, and the queue holds nothing but dead letters; and then ends.</summary>
    /// <param name="producing">The producer's work. It is awaited, but neither cancelled nor observed.</param>
    /// <param name="cancellationToken">Stops the worker earlier, with a drain.</param>
    /// <returns>A task that completes when the queue is empty or the drain is over. It is not cancelled.</returns>
    /// <exception cref="InvalidOperationException">The worker is running already.</exception>
    public Task RunUntilIdleAsync(Task producing, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(producing);
        return RunOnceAsync(producing, cancellationToken);
    }

    private async Task RunOnceAsync(Task? producing, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException(
                $"Worker '{Name}' is running already; where there is a host, the host runs it. Raise Concurrency, or add a second worker with a name of its own.");
        }

        try
        {
            using var run = new WorkerRun(Name, _services, _options, _queue, _handler, producing);
            await run.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
