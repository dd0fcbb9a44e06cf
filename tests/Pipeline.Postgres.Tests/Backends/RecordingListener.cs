using System.Collections.Concurrent;
using Pipeline.Backends;

namespace Pipeline.Postgres.Backends;

/// <summary>Keeps what a listener is told.</summary>
internal sealed class RecordingListener : IPostgresListener
{
    public const string Interrupted = "(interrupted)";
    public const string Restored = "(restored)";
    public const string Beat = "(beat)";

    private readonly ConcurrentQueue<string> _told = new();

    public IReadOnlyList<string> Told => [.. _told];

    public int Count(string what) => _told.Count(one => one == what);

    public Task UntilAsync(string what, int count = 1) => Waiting.UntilAsync(() => Task.FromResult(Count(what) >= count), $"{what} {count} times");

    public void OnNotification(string payload)
    {
        _told.Enqueue(payload);
        if (payload == "fail")
            throw new InvalidDataException("A listener that fails.");
    }

    public void OnInterrupted() => _told.Enqueue(Interrupted);

    public void OnRestored() => _told.Enqueue(Restored);

    public void OnBeatWithoutNotifications() => _told.Enqueue(Beat);
}
