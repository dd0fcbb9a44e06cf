using System.Reflection;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>A connection whose calls go by a test's clock.</summary>
public class ClockedMultiplexer : DispatchProxy
{
    private IConnectionMultiplexer? _connection;
    private StandingClock? _clock;
    private ISubscriber? _subscriber;

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = Forwarding.Call(_connection!, targetMethod!, args);
        return result switch
        {
            IDatabase database => ClockedDatabase.Wrap(database, _clock!),
            ISubscriber subscriber => LazyInitializer.EnsureInitialized(ref _subscriber, () => OwnSubscriber.Wrap(subscriber)),
            _ => result,
        };
    }

    internal static IConnectionMultiplexer Wrap(IConnectionMultiplexer connection, StandingClock clock)
    {
        var wrapped = Create<IDisposableMultiplexer, ClockedMultiplexer>();
        ((ClockedMultiplexer)wrapped)._connection = connection;
        ((ClockedMultiplexer)wrapped)._clock = clock;
        return wrapped;
    }

    /// <summary>What a client's own connection is.</summary>
    public interface IDisposableMultiplexer : IConnectionMultiplexer, IDisposable;
}
