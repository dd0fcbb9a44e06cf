using System.Reflection;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>A process's part of a subscriber that it shares with others: what it listens to no longer, they still do.</summary>
public class OwnSubscriber : DispatchProxy
{
    private readonly List<(RedisChannel Channel, Action<RedisChannel, RedisValue> Handler)> _handlers = [];
    private ISubscriber? _subscriber;

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name, args)
        {
            case (nameof(ISubscriber.SubscribeAsync), [RedisChannel channel, Action<RedisChannel, RedisValue> handler, ..]):
                lock (_handlers)
                    _handlers.Add((channel, handler));
                break;
            case (nameof(ISubscriber.UnsubscribeAsync), [RedisChannel channel, null, CommandFlags flags]):
                return UnsubscribeAsync(channel, flags);
        }

        return Forwarding.Call(_subscriber!, targetMethod, args);
    }

    internal static ISubscriber Wrap(ISubscriber subscriber)
    {
        var wrapped = Create<ISubscriber, OwnSubscriber>();
        ((OwnSubscriber)wrapped)._subscriber = subscriber;
        return wrapped;
    }

    private Task UnsubscribeAsync(RedisChannel channel, CommandFlags flags)
    {
        List<Action<RedisChannel, RedisValue>> handlers;
        lock (_handlers)
        {
            handlers = [.. _handlers.Where(one => one.Channel == channel).Select(one => one.Handler)];
            _handlers.RemoveAll(one => one.Channel == channel);
        }

        return Task.WhenAll(handlers.Select(handler => _subscriber!.UnsubscribeAsync(channel, handler, flags)));
    }
}
