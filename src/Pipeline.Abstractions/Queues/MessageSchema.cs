using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>Says how to read the body of a message: the type it holds, that type's version, and how it is encoded.</summary>
/// <remarks>
/// Immutable. One instance serves all messages of a type. A reader that does not know the type, or not this version of it, sends the
/// message to the dead letters with <see cref="DeadLetterReason.Unreadable"/>.
/// </remarks>
public sealed record MessageSchema
{
    /// <summary>Bytes of which nothing more is known: type <c>bytes</c>, version 1, <c>application/octet-stream</c>.</summary>
    public static readonly MessageSchema Bytes = new("bytes", 1, "application/octet-stream");

    /// <summary>Makes a schema.</summary>
    /// <param name="type">The stable name of the type, 1 to 512 bytes of UTF-8. It outlives the name of a class.</param>
    /// <param name="version">The version of the type, 1 or more.</param>
    /// <param name="contentType">The media type of the encoding.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> or <paramref name="contentType"/> is no valid name.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is less than 1.</exception>
    public MessageSchema(string type, int version = 1, string contentType = "application/json")
    {
        StoredName.ThrowIfInvalid(type);
        StoredName.ThrowIfInvalid(contentType);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        Type = type;
        Version = version;
        ContentType = contentType;
    }

    /// <summary>The stable name of the type.</summary>
    public string Type { get; }

    /// <summary>The version of the type, 1 or more.</summary>
    public int Version { get; }

    /// <summary>The media type of the encoding, for instance <c>application/json</c>.</summary>
    public string ContentType { get; }
}
