using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>A leased message in the hands of a worker.</summary>
internal sealed class Delivery(ReceivedMessage received, long leasedAt) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private int _end = (int)DeliveryEnd.None;

    public ReceivedMessage Received { get; } = received;

    /// <summary>The timestamp from which the lease is reckoned here: before the call that gave it, so that it errs on the safe side.</summary>
    public long LeasedAt { get; set; } = leasedAt;

    public CancellationToken Token => _cancellation.Token;

    public DeliveryEnd End => (DeliveryEnd)Volatile.Read(ref _end);

    /// <summary>Cancels the handler, unless it was cancelled for another reason before.</summary>
    public void Cancel(DeliveryEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, (int)end, (int)DeliveryEnd.None) != (int)DeliveryEnd.None)
        {
            return;
        }

        try
        {
            // Callbacks of the handler run elsewhere: they must not hold up the leases of other messages.
            _ = _cancellation.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The handler finished first, and there is nothing to cancel any more.
        }
    }

    public void Dispose()
    {
        // What was cancelled may still have to tell a handler that outlives its message; disposed, the source would tell nobody.
        if (End == DeliveryEnd.None)
        {
            _cancellation.Dispose();
        }
    }
}
