using System.Diagnostics.CodeAnalysis;

namespace Pipeline.RateLimiting;

/// <content>How blocks come and go.</content>
internal sealed partial class BlockRateLimiter
{
    /// <summary>How many leases a caller waits for at most while others are quicker to take what they bring.</summary>
    private const int MostLeases = 4;

    /// <summary>Since a hot state is asked about 16 times a second, only a flood of hot keys comes so far. The others then ask the limiter each time.</summary>
    private const int MostStates = 4_096;

    private static readonly TimeSpan PauseWithoutBlock = TimeSpan.FromSeconds(1);

    private async ValueTask<RateLimitDecision> TakeFromNextAsync(BlockKey key, RateLimitRequest request, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostLeases && await Join(key, request.Dimensions[0]).WaitAsync(cancellationToken).ConfigureAwait(false); i++)
        {
            if (_states.TryGetValue(key, out var state) && state.TryTake(request.Dimensions[0], time.GetTimestamp(), out var decision))
            {
                return decision;
            }
        }

        return await inner.AcquireAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Joins the lease of the next block, or begins it.</summary>
    /// <returns>Whether there is a block then.</returns>
    private Task<bool> Join(in BlockKey key, in RateLimitDimension dimension)
    {
        HotState? state;
        TaskCompletionSource<bool> lease;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_isDisposed || (!_states.TryGetValue(key, out state) && _states.Count >= MostStates))
            {
                return Task.FromResult(false);
            }

            state ??= Add(key, dimension.Rule.Limit);
            if (state.Limit != dimension.Rule.Limit || state.Resets > 0 || now < state.NotBefore)
            {
                return Task.FromResult(false);
            }

            if (state.Lease is { } underWay)
            {
                return underWay.Task;
            }

            if (state.Block?.RestAt(now) >= dimension.Cost)
            {
                return Task.FromResult(true);
            }

            state.Lease = lease = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay++;
        }

        _ = LeaseAsync(state, dimension, lease);
        return lease.Task;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whoever waits for the block now asks for itself, and learns why.")]
    private async Task LeaseAsync(HotState state, RateLimitDimension dimension, TaskCompletionSource<bool> lease)
    {
        PermitBlock? block = null;
        var isAnswered = false;
        try
        {
            var sent = time.GetTimestamp();
            var decision = await inner.AcquireAsync(RateLimitDimension.Estimate(dimension.Key, dimension.Rule, _size), CancellationToken.None).ConfigureAwait(false);
            isAnswered = true;
            block = decision.Reservation is null ? null : new PermitBlock(decision, sent, time);
        }
        catch (Exception)
        {
            // What may have been charged nevertheless is lost until the window's end, as with any call whose answer is lost.
        }

        var (isThere, ended) = Bring(state, lease, block, isAnswered);

        // Where no block can be had, what this process has must be back before its callers ask for themselves: then all that is left is admitted.
        if (isThere || !ended.Any(static block => block?.HasRest == true))
        {
            lease.SetResult(isThere);
        }

        await Task.WhenAll(ended.Select(EndAsync)).ConfigureAwait(false);
        lease.TrySetResult(false);
        EndWork();
    }

    /// <summary>Puts a new block in the place of the last one.</summary>
    /// <returns>Whether it is there to be taken from, and which blocks end.</returns>
    private (bool IsThere, PermitBlock?[] Ended) Bring(HotState state, TaskCompletionSource<bool> lease, PermitBlock? block, bool isAnswered)
    {
        lock (_gate)
        {
            // A reset lets a lease come to nothing: whether it was charged before or after nobody knows.
            if (state.Lease != lease)
            {
                return (false, [block]);
            }

            state.Lease = null;
            var now = time.GetTimestamp();
            if (block?.RestAt(now) > 0)
            {
                var last = state.Drop();
                state.Block = block;
                return (true, [last]);
            }

            state.NotBefore = now + (long)(PauseWithoutBlock.TotalSeconds * time.TimestampFrequency);
            return (false, isAnswered ? [block, state.Drop()] : []);
        }
    }
}
