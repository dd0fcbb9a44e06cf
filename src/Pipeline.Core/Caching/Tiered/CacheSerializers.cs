using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;

namespace Pipeline.Caching;

/// <summary>
/// Finds how a type is stored: an <see cref="IHybridCacheSerializer{T}"/> among the services, else the
/// <see cref="IHybridCacheSerializerFactory"/> that was registered last and knows the type, else text and bytes as they are, else JSON. Thread safe.
/// </summary>
internal sealed class CacheSerializers(IServiceProvider? services, JsonTypeInfos json)
{
    private readonly IHybridCacheSerializerFactory[] _factories =
        services is null ? [] : [.. services.GetServices<IHybridCacheSerializerFactory>().Reverse()];

    private readonly ConcurrentDictionary<Type, object> _known = new();

    /// <exception cref="InvalidOperationException">Nothing says how the type is stored.</exception>
    public IHybridCacheSerializer<T> Get<T>()
    {
        if (_known.TryGetValue(typeof(T), out var known))
        {
            return (IHybridCacheSerializer<T>)known;
        }

        return (IHybridCacheSerializer<T>)_known.GetOrAdd(typeof(T), Find<T>());
    }

    /// <summary>Says how a type of the suite's own is stored.</summary>
    public void Use<T>(IHybridCacheSerializer<T> serializer) => _known[typeof(T)] = serializer;

    private IHybridCacheSerializer<T> Find<T>()
    {
        if (services?.GetService<IHybridCacheSerializer<T>>() is { } own)
        {
            return own;
        }

        foreach (var factory in _factories)
        {
            if (factory.TryCreateSerializer<T>(out var made))
            {
                return made;
            }
        }

        return PlainCacheSerializer.Instance as IHybridCacheSerializer<T> ?? new JsonCacheSerializer<T>(json.Get<T>());
    }
}
