namespace Pipeline.Backends;

/// <summary>
/// Cancels a call to the client when its time is over. The client's callbacks may throw where a connection has broken just then; from a timer of
/// <see cref="CancellationTokenSource"/> itself that would end the process.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;

    /// <param name="timeout">How long the call may take.</param>
    /// <param name="time">The clock.</param>
    public CallDeadline(TimeSpan timeout, TimeProvider time) =>
        _timer = time.CreateTimer(static state => Cancel((CancellationTokenSource)state!), _source, timeout, Timeout.InfiniteTimeSpan);

    public CancellationToken Token => _source.Token;

    /// <summary>Cancels, whatever the callbacks of the client do about it.</summary>
    public static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (Exception exception) when (exception is AggregateException or ObjectDisposedException)
        {
            // The connection was gone already, or the call had ended.
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
