using System.Runtime.CompilerServices;

namespace Pipeline.Backends;

/// <summary>
/// Sends what many callers ask for one by one in few calls: at once while fewer than a few calls are under way, else together with what comes
/// meanwhile, when one of them returns. Nobody waits for a timer, and a lone caller's call is sent as it is. Thread safe.
/// </summary>
/// <typeparam name="TItem">What one caller asks for.</typeparam>
/// <typeparam name="TResult">What one caller gets.</typeparam>
/// <param name="send">Sends several items in one call, and gives a result for each.</param>
/// <param name="mostItems">The most items of one call.</param>
/// <remarks>
/// Used by backends.
/// A call that fails fails for all whom it carried, and for those who wait behind it, of whom nothing was sent: so nobody waits for longer than one call may take.
/// </remarks>
public sealed class CallCoalescer<TItem, TResult>(Func<IReadOnlyList<TItem>, ValueTask<IReadOnlyList<TResult>>> send, int mostItems)
{
    // The server works on one while the other is on its way.
    private const int MostCalls = 2;

    private readonly Lock _gate = new();
    private readonly Queue<CoalescedCall<TItem, TResult>> _waiting = new();
    private int _calls;

    /// <summary>Sends one item, alone or together with those of others.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Its result. Awaited once; goes on in the thread pool.</returns>
    public ValueTask<TResult> RunAsync(TItem item)
    {
        lock (_gate)
        {
            if (_calls == MostCalls)
            {
                var call = CoalescedCall<TItem, TResult>.Rent(item);
                _waiting.Enqueue(call);
                return call.Task;
            }

            _calls++;
        }

        return SendOneAsync(item);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> SendOneAsync(TItem item)
    {
        try
        {
            var results = await send([item]).ConfigureAwait(false);
            SendNext();
            return results[0];
        }
        catch (Exception exception)
        {
            FailWaiting(exception);
            throw;
        }
    }

    private void SendNext()
    {
        CoalescedCall<TItem, TResult>[] batch;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _calls--;
                return;
            }

            batch = new CoalescedCall<TItem, TResult>[Math.Min(_waiting.Count, mostItems)];
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = _waiting.Dequeue();
            }
        }

        _ = SendManyAsync(batch);
    }

    private async Task SendManyAsync(CoalescedCall<TItem, TResult>[] batch)
    {
        IReadOnlyList<TResult> results;
        try
        {
            results = await send(Array.ConvertAll(batch, static call => call.Item)).ConfigureAwait(false);
            SendNext();
        }
#pragma warning disable CA1031 // Whatever it is, it is given to those whom it befell.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            FailWaiting(exception);
            Array.ForEach(batch, call => call.Fail(exception));
            return;
        }

        for (var i = 0; i < batch.Length; i++)
        {
            batch[i].End(results[i]);
        }
    }

    private void FailWaiting(Exception exception)
    {
        CoalescedCall<TItem, TResult>[] failed;
        lock (_gate)
        {
            _calls--;
            failed = [.. _waiting];
            _waiting.Clear();
        }

        Array.ForEach(failed, call => call.Fail(exception));
    }
}
