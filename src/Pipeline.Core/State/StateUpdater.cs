using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>Changes entries by reading, deciding and writing, again and again until nobody came between; a bounded number of times, with a pause.</summary>
/// <remarks>
/// A write whose answer was lost is looked up: the value that was to be written stands there, or it is tried once more. Values therefore hold something of their
/// writer's own. A second loss is the caller's to know. Thread safe.
/// </remarks>
internal sealed class StateUpdater(IStateStore store, TimeProvider time)
{
    public const int MaxAttempts = 32;

    // Whoever comes between got something done, so that a few tries at once are most often enough.
    private const int AttemptsAtOnce = 4;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly StateClock _clock = new(store, time);

    public IStateStore Store => store;

    public ValueTask<DateTimeOffset> ReadClockAsync(CancellationToken cancellationToken) => _clock.ReadAsync(cancellationToken);

    /// <summary>Changes an entry.</summary>
    /// <param name="key">The entry.</param>
    /// <param name="operation">What is done, for errors.</param>
    /// <param name="decide">Decides what to do with the entry as it is. May be asked several times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackendUnavailableException">The store did not answer a read, or two writes.</exception>
    /// <exception cref="StateContentionException">Somebody came between each time.</exception>
    public async ValueTask<TAnswer> ChangeAsync<TAnswer>(
        StateKey key, string operation, Func<StateEntry?, DateTimeOffset, StateChangePlan<TAnswer>> decide, CancellationToken cancellationToken)
    {
        var current = await store.GetAsync(key, cancellationToken).ConfigureAwait(false);
        var hasFailed = false;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var now = await _clock.ReadAsync(cancellationToken).ConfigureAwait(false);
            var plan = decide(current, now);
            if (plan.Value is not { } value)
            {
                return plan.Answer;
            }

            if (plan.Before is { } before)
            {
                await before(cancellationToken).ConfigureAwait(false);
            }

            var version = current?.Version ?? StateEntry.NoVersion;
            try
            {
                var written = await store.CompareAndSetAsync(key, value, version, plan.TimeToLive, cancellationToken).ConfigureAwait(false);
                if (written.Succeeded)
                {
                    return plan.Answer;
                }

                current = written.Current;
            }
            catch (BackendUnavailableException) when (!hasFailed)
            {
                hasFailed = true;
                current = await store.GetAsync(key, cancellationToken).ConfigureAwait(false);
                if (current is { } found && found.Value.Span.SequenceEqual(value))
                {
                    return plan.Answer;
                }
            }

            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }

        throw new StateContentionException(operation, MaxAttempts);
    }

    private async ValueTask PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        if (attempt < AttemptsAtOnce)
        {
            return;
        }

#pragma warning disable CA5394 // Spreads callers; no secret.
        var pause = LongestPause * (Random.Shared.NextDouble() * Math.Min(1, (double)attempt / MaxAttempts));
#pragma warning restore CA5394
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
    }
}
