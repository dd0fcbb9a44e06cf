using Pipeline.DependencyInjection;

namespace Pipeline.Queues;

/// <summary>Says how the values of a typed queue are written.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <remarks>Used while services are registered, on one thread.</remarks>
public sealed class MessageFormat<T>
{
    private string _type = typeof(T).FullName ?? typeof(T).Name;
    private int _version = 1;
    private int _oldestVersion = 1;
    private IMessageSerializer<T>? _serializer;

    internal MessageFormat()
    {
    }

    /// <summary>
    /// Names the type and version that messages carry. Default: the full name of <typeparamref name="T"/>, version 1. Name it, so that
    /// messages outlive a renaming of the class.
    /// </summary>
    /// <param name="type">The stable name of the type, 1 to 512 bytes of UTF-8.</param>
    /// <param name="version">The version that is written, 1 or more.</param>
    /// <param name="oldestReadable">The oldest version that can still be read as <typeparamref name="T"/>; 0 for <paramref name="version"/> only.</param>
    /// <returns>The format.</returns>
    /// <exception cref="ArgumentException"><paramref name="type"/> is no valid name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A version is out of range.</exception>
    public MessageFormat<T> Schema(string type, int version = 1, int oldestReadable = 0)
    {
        _type = new MessageSchema(type, version).Type;
        ArgumentOutOfRangeException.ThrowIfNegative(oldestReadable);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldestReadable, version);
        _version = version;
        _oldestVersion = oldestReadable == 0 ? version : oldestReadable;
        return this;
    }

    /// <summary>Writes values by a serializer of one's own, instead of as JSON.</summary>
    /// <param name="serializer">The serializer.</param>
    /// <returns>The format.</returns>
    public MessageFormat<T> Serializer(IMessageSerializer<T> serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _serializer = serializer;
        return this;
    }

    internal MessageCodec<T> CreateCodec(string queue, JsonTypeInfos json)
    {
        var serializer = _serializer ?? new JsonMessageSerializer<T>(json.Get<T>());
        return new MessageCodec<T>(queue, new MessageSchema(_type, _version, serializer.ContentType), _oldestVersion, serializer);
    }
}
