using System.Threading.Channels;

namespace Pipeline.Backends;

/// <summary>One listener on one channel: brings what happens to it one at a time, in order. Disposing it ends it.</summary>
internal sealed class RedisSubscription : IAsyncDisposable
{
    private readonly RedisSubscriptions _owner;
    private readonly Channel<Action<IRedisListener>> _events =
        System.Threading.Channels.Channel.CreateUnbounded<Action<IRedisListener>>(new UnboundedChannelOptions { SingleReader = true });

    public RedisSubscription(RedisSubscriptions owner, string channel, IRedisListener listener)
    {
        _owner = owner;
        Channel = channel;
        _ = RunAsync(listener);
    }

    public string Channel { get; }

    public void Post(Action<IRedisListener> happening) => _events.Writer.TryWrite(happening);

    public ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        return _owner.RemoveAsync(this);
    }

    private async Task RunAsync(IRedisListener listener)
    {
        await foreach (var happening in _events.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            happening(listener);
        }
    }
}
