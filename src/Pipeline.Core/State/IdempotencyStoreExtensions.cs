using System.Runtime.CompilerServices;
using Pipeline.Backends;
using Polly;
using Polly.Retry;

namespace Pipeline.State;

/// <summary>Runs work under an idempotency key.</summary>
public static class IdempotencyStoreExtensions
{
    private const int CompletionRetries = 5;

    // Making one costs more than all else of a call.
    private static readonly ConditionalWeakTable<TimeProvider, ResiliencePipeline> Completions = [];

    /// <summary>Does work unless it was done, and keeps its answer for those who ask again.</summary>
    /// <param name="store">The keys.</param>
    /// <param name="request">The key, and what tells this request from another.</param>
    /// <param name="work">
    /// The work, and the answer that is stored: at most <see cref="IIdempotencyStore.MaxResponseBytes"/>. It gets the lease, whose token guards what it writes elsewhere. Its token
    /// is cancelled where the caller gives up, and where another has begun. If it throws, the key is given back and the next caller does the
    /// work again: it is to throw only where that is safe.
    /// </param>
    /// <param name="timeProvider">The clock that the renewals go by; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Gives up. Once the work is done, its answer is stored all the same.</param>
    /// <returns>What became of it. Nothing waits for another caller's work.</returns>
    /// <remarks>The lease is renewed while the work runs. An answer that cannot be stored because the backend is away is tried again a few times.</remarks>
    /// <exception cref="ArgumentException">The answer is too long. The key is held until the lease runs out.</exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer. The work was not begun, or it was done and its answer is not stored: the next caller begins once the lease has run out.
    /// </exception>
    public static async ValueTask<IdempotencyRun> RunOnceAsync(
        this IIdempotencyStore store,
        IdempotencyRequest request,
        Func<IdempotencyLease, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> work,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(work);
        var start = await store.BeginAsync(request, cancellationToken).ConfigureAwait(false);
        return start switch
        {
            { Lease: { } lease } => await RunAsync(store, lease, work, timeProvider ?? TimeProvider.System, cancellationToken).ConfigureAwait(false),
            { Status: IdempotencyStatus.Completed } => new IdempotencyRun(IdempotencyRunStatus.Replayed, start.Response),
            { Status: IdempotencyStatus.Conflict } => new IdempotencyRun(IdempotencyRunStatus.Conflict),
            _ => new IdempotencyRun(IdempotencyRunStatus.InProgress, RetryAfter: start.RetryAfter),
        };
    }

    private static async ValueTask<IdempotencyRun> RunAsync(
        IIdempotencyStore store,
        IdempotencyLease lease,
        Func<IdempotencyLease, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> work,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var renewal = new IdempotencyRenewal(store, lease, time, cancellationToken);
        await using (renewal.ConfigureAwait(false))
        {
            ReadOnlyMemory<byte> response;
            try
            {
                response = await work(lease, renewal.WorkToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (renewal.IsLost)
            {
                return new IdempotencyRun(IdempotencyRunStatus.LeaseLost);
            }
            catch
            {
                await ReleaseAsync(store, lease).ConfigureAwait(false);
                throw;
            }

            var isStored = await Completions.GetValue(time, UntilItAnswers)
                .ExecuteAsync(
                    static (call, token) => call.store.CompleteAsync(call.lease, call.response, cancellationToken: token), (store, lease, response), CancellationToken.None)
                .ConfigureAwait(false);
            return new IdempotencyRun(isStored ? IdempotencyRunStatus.Ran : IdempotencyRunStatus.LeaseLost, response);
        }
    }

    private static async ValueTask ReleaseAsync(IIdempotencyStore store, IdempotencyLease lease)
    {
        try
        {
            await store.ReleaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or StateContentionException)
        {
            // The lease runs out by itself, and what the work threw is what the caller has to know.
        }
    }

    private static ResiliencePipeline UntilItAnswers(TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<BackendUnavailableException>().Handle<StateContentionException>(),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            MaxRetryAttempts = CompletionRetries,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(2),
        })
        .Build();
}
