using Pipeline.Queues;

namespace Pipeline.Crash.Workers;

/// <summary>A delivery that a worker holds.</summary>
internal sealed class HeldMessage(IQueue queue, ReceivedMessage received, long began, TimeSpan lease)
{
    // The server counts in whole milliseconds, so that its lease may end that much before ours.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private long _leasedAt = began;
    private bool _isEnding;
    private bool _isLost;

    public IQueue Queue => queue;

    public ReceivedMessage Received => received;

    public QueueReceipt Receipt => received.Receipt;

    /// <summary>Whether the lease may be over: before that, nobody may refuse the receipt.</summary>
    public bool MayBeOver => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _leasedAt)) >= lease - Grain;

    /// <summary>Takes note of a renewal that was accepted.</summary>
    /// <param name="began">When it was asked for; it cannot have begun before.</param>
    public void Renewed(long began) => Volatile.Write(ref _leasedAt, Math.Max(began, Volatile.Read(ref _leasedAt)));

    /// <summary>Says that a call that ends the delivery will be made, unless the lease was lost before.</summary>
    public bool TryBeginEnding()
    {
        lock (_gate)
        {
            _isEnding = !_isLost;
            return _isEnding;
        }
    }

    /// <summary>Says that a renewal was refused, which means nothing once a call that ends the delivery is under way.</summary>
    public bool TryLose()
    {
        lock (_gate)
        {
            var isNews = !_isEnding && !_isLost;
            _isLost |= isNews;
            return isNews;
        }
    }
}
