using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>
/// Wakes those of this process who wait for a queue's messages, or for room in it. Listens from the first who waits on. Thread safe.
/// </summary>
internal sealed class RedisQueueSignals(RedisConnection connection, string channel) : IRedisListener, IAsyncDisposable
{
    /// <summary>How often who waits looks by itself, in case a notification was lost.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private static readonly byte[] Room = "r"u8.ToArray();

    private readonly SemaphoreSlim _starting = new(1, 1);
    private TaskCompletionSource _messages = NewPulse();
    private TaskCompletionSource _room = NewPulse();
    private RedisSubscription? _subscription;

    /// <summary>Listens, if nobody did before.</summary>
    /// <returns>A task that completes at the next notification.</returns>
    /// <exception cref="BackendUnavailableException">There was no answer in time.</exception>
    public async ValueTask<Task> ListenAsync(bool forRoom, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _subscription) is null)
        {
            await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                _subscription ??= await connection.Subscriptions.SubscribeAsync(channel, this, "queue receive", cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _starting.Release();
            }
        }

        return Volatile.Read(ref forRoom ? ref _room : ref _messages).Task;
    }

    public void OnMessage(byte[] message)
    {
        if (message.AsSpan().SequenceEqual(Room))
        {
            Pulse(ref _room);
        }
        else
        {
            Pulse(ref _messages);
        }
    }

    public void OnInterrupted()
    {
        // Who waits looks by itself after the poll.
    }

    public void OnRestored()
    {
        Pulse(ref _messages);
        Pulse(ref _room);
    }

    public async ValueTask DisposeAsync()
    {
        if (_subscription is { } subscription)
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
        }

        OnRestored();
    }

    private static void Pulse(ref TaskCompletionSource pulse) => Interlocked.Exchange(ref pulse, NewPulse()).SetResult();

    private static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
