using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>
/// Wakes those of this process who wait for messages of a queue, or for room in it: at once where this process has added or ended something, by notification
/// where another has, and by the beat, which asks for all of them together, where a notification was lost or never sent. Thread safe.
/// </summary>
internal sealed class PostgresQueueSignals : IPostgresListener, IPostgresBeat, IAsyncDisposable
{
    private const char RoomMark = 'r';

    private readonly PostgresConnection _connection;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly ConcurrentDictionary<(int Queue, bool ForRoom), TaskCompletionSource> _pulses = new();
    private readonly ConcurrentDictionary<int, int> _waiters = new();
    private PostgresSubscription? _subscription;

    public PostgresQueueSignals(PostgresConnection connection)
    {
        _connection = connection;
        connection.Notifications.Beat = this;
    }

    public bool IsNeeded => _waiters.Values.Any(static count => count > 0);

    public string Sql => _connection.Sql["Queues/beat.sql"];

    /// <summary>Listens, if nobody did before.</summary>
    /// <returns>A task that completes at the next thing that happens to the queue.</returns>
    public async ValueTask<Task> ListenAsync(int queue, bool forRoom, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _subscription) is null)
        {
            await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                _subscription ??= await _connection.Notifications.SubscribeAsync(PostgresTopic.Queues, this, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _starting.Release();
            }
        }

        return _pulses.GetOrAdd((queue, forRoom), static _ => NewPulse()).Task;
    }

    /// <summary>Counts those who wait for messages of a queue.</summary>
    public void CountWaiter(int queue, int change) => _waiters.AddOrUpdate(queue, static (_, change) => change, static (_, count, change) => count + change, change);

    /// <summary>Tells this process and the others that a queue has something new, or room. Nobody waits until it is told, and what is not is found by the beat.</summary>
    public void Tell(int queue, bool isRoom) => _ = TellAsync(queue, isRoom);

    /// <summary>Tells, and ends when the notification was sent.</summary>
    public Task TellAsync(int queue, bool isRoom)
    {
        Pulse(queue, isRoom);
        return _connection.Notifications.NotifyAsync(PostgresTopic.Queues, queue.ToString(CultureInfo.InvariantCulture) + (isRoom ? RoomMark : ""));
    }

    public void OnNotification(string payload)
    {
        var isRoom = payload.EndsWith(RoomMark);
        if (int.TryParse(payload.AsSpan(0, payload.Length - (isRoom ? 1 : 0)), CultureInfo.InvariantCulture, out var queue))
        {
            Pulse(queue, isRoom);
        }
    }

    public void OnInterrupted()
    {
        // The beat looks, and OnRestored tells.
    }

    public void OnRestored() => PulseAll();

    public void OnBeatWithoutNotifications()
    {
        foreach (var (queue, forRoom) in _pulses.Keys.Where(static key => key.ForRoom))
        {
            Pulse(queue, forRoom);
        }
    }

    public void Bind(NpgsqlParameterCollection parameters) =>
        parameters.Ints([.. _waiters.Where(static waiting => waiting.Value > 0).Select(static waiting => waiting.Key)]);

    public async ValueTask ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            Pulse(reader.GetInt32(0), forRoom: false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_subscription is { } subscription)
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
        }

        PulseAll();
        _starting.Dispose();
    }

    private void Pulse(int queue, bool forRoom)
    {
        if (_pulses.TryRemove((queue, forRoom), out var pulse))
        {
            pulse.SetResult();
        }
    }

    private void PulseAll()
    {
        foreach (var (queue, forRoom) in _pulses.Keys)
        {
            Pulse(queue, forRoom);
        }
    }

    private static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
