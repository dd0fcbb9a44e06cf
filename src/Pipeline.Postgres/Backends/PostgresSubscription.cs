using System.Threading.Channels;

namespace Pipeline.Backends;

/// <summary>One listener's place among the notifications. Its calls wait in a line of their own, so that none holds up the connection.</summary>
internal sealed class PostgresSubscription : IAsyncDisposable
{
    private readonly PostgresNotifications _owner;
    private readonly Channel<Action<IPostgresListener>> _calls =
        Channel.CreateUnbounded<Action<IPostgresListener>>(new UnboundedChannelOptions { SingleReader = true });

    public PostgresSubscription(PostgresNotifications owner, PostgresTopic topic, IPostgresListener listener)
    {
        _owner = owner;
        Topic = topic;
        _ = CallAsync(listener);
    }

    public PostgresTopic Topic { get; }

    public void Post(Action<IPostgresListener> call) => _calls.Writer.TryWrite(call);

    /// <summary>Ends when the listener has heard all that came before.</summary>
    public Task CatchUpAsync()
    {
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_calls.Writer.TryWrite(_ => caughtUp.SetResult()))
        {
            caughtUp.SetResult();
        }

        return caughtUp.Task;
    }

    public ValueTask DisposeAsync()
    {
        _owner.Remove(this);
        _calls.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private async Task CallAsync(IPostgresListener listener)
    {
        await foreach (var call in _calls.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                call(listener);
            }
#pragma warning disable CA1031 // Who fails once hears the next all the same.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _owner.Report(exception);
            }
        }
    }
}
