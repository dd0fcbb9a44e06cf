namespace Pipeline.Queues;

/// <summary>
/// The calls that wait in an in-memory queue, and the one timer that wakes the queue for them. Everything is done under the queue's lock.
/// </summary>
internal sealed class WaitingCalls(InMemoryQueueState state, QueueClock clock, Action tick) : IDisposable
{
    private const double MaxTimerMilliseconds = 24 * 60 * 60 * 1_000;

    private readonly LinkedList<ReceiveWaiter> _receivers = new();
    private readonly LinkedList<EnqueueWaiter> _producers = new();
    private readonly ITimer _timer = clock.CreateTimer(_ => tick());
    private long _armedFor = long.MaxValue;

    public bool HasProducers => _producers.Count > 0;

    public void Add(ReceiveWaiter receiver) => _receivers.AddLast(receiver);

    public void Add(EnqueueWaiter producer) => _producers.AddLast(producer);

    /// <summary>Takes a call out of its line.</summary>
    /// <returns>Whether it was still there; if not, it has been served.</returns>
    public bool Remove(ReceiveWaiter receiver) => _receivers.Remove(receiver);

    /// <inheritdoc cref="Remove(ReceiveWaiter)"/>
    public bool Remove(EnqueueWaiter producer) => _producers.Remove(producer);

    /// <summary>Serves what can be served, ends the waits that are over, and sees to being woken for the rest.</summary>
    public void Serve(in QueueMoment moment)
    {
        while (_producers.First is { } producer && state.HasRoomFor(producer.Value.Messages))
        {
            _producers.RemoveFirst();
            producer.Value.TrySetResult(state.AddAll(producer.Value.Messages, moment));
        }

        while (state.ReadyCount > 0 && _receivers.First is { } receiver)
        {
            _receivers.RemoveFirst();
            receiver.Value.TrySetResult(state.TakeUpTo(receiver.Value.MaxMessages, receiver.Value.Lease, moment.Now));
        }

        if (_receivers.Count > 0 || _producers.Count > 0)
        {
            Arm(EndWaits(moment.Now), moment.Now);
        }
    }

    /// <summary>Ends all calls with an error.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (var receiver in _receivers)
        {
            receiver.TrySetException(new ObjectDisposedException(nameof(InMemoryQueueProvider)));
        }

        foreach (var producer in _producers)
        {
            producer.TrySetException(new ObjectDisposedException(nameof(InMemoryQueueProvider)));
        }

        _receivers.Clear();
        _producers.Clear();
    }

    /// <summary>Forgets what the timer was armed for, because it has fired.</summary>
    public void Disarm() => _armedFor = long.MaxValue;

    private long EndWaits(long now)
    {
        var next = long.MaxValue;
        for (var node = _receivers.First; node is not null;)
        {
            var following = node.Next;
            if (node.Value.Deadline <= now)
            {
                _receivers.Remove(node);
                node.Value.TrySetResult([]);
            }
            else
            {
                next = Math.Min(next, node.Value.Deadline);
            }

            node = following;
        }

        return next;
    }

    private void Arm(long nextDeadline, long now)
    {
        var next = Math.Min(nextDeadline, state.NextEvent);

        // A timer that fires for something that has gone meanwhile finds nothing and is armed anew; moving it each time costs more.
        if (next >= _armedFor)
        {
            return;
        }

        _armedFor = next;

        // Timers count whole milliseconds, and one that fires early would only have to be armed again.
        var due = Math.Clamp(Math.Ceiling(new TimeSpan(next - now).TotalMilliseconds), 1, MaxTimerMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(due), Timeout.InfiniteTimeSpan);
    }
}
