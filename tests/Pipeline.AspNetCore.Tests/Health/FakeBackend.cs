using Pipeline.Backends;

namespace Pipeline.Health;

/// <summary>A backend that answers, fails or keeps silent as a test says, and counts who asked.</summary>
internal sealed class FakeBackend(string backend, StartupCheck requirement = StartupCheck.Require) : IBackendProbe
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public string Backend => backend;

    public StartupCheck Requirement => requirement;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>What the next answers are.</summary>
    public Func<CancellationToken, Task> Answer { get; set; } = static _ => Task.CompletedTask;

    /// <summary>When it was asked after the start.</summary>
    public Task Asked => _asked.Task;

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _calls) > 1)
            _asked.TrySetResult();
        await Answer(cancellationToken);
    }

    public static Task Fail(CancellationToken cancellationToken) =>
        Task.FromException(new BackendUnavailableException("Redis at secret-host:6379", "probe", new InvalidOperationException("password=hunter2")));
}
