using System.Buffers.Binary;
using System.Collections.Frozen;
using Pipeline.Internal;

namespace Pipeline.Queues;

/// <summary>What a producer puts on a queue: a body of bytes and what the queue has to know of it.</summary>
/// <remarks>
/// Immutable and thread safe. The body and the headers belong to the message from its construction on: the memory must not be changed
/// afterwards, because an enqueue that is repeated after a time-out must send the same bytes.
/// </remarks>
public sealed class QueueMessage
{
    private const long NoDueTime = 0;

    private long _dueTicks;
    private ushort _maxDeliveries;
    private byte _priority = QueueLimits.DefaultPriority;
    private bool _isDelay;

    /// <summary>Makes a message.</summary>
    /// <param name="body">The body. It is not copied.</param>
    public QueueMessage(ReadOnlyMemory<byte> body)
    {
        Body = body;
        Id = NewId();
    }

    /// <summary>
    /// The id. By default a random one, made here, so that an enqueue that is repeated after an unknown outcome adds nothing twice.
    /// Give one of your own only if it is as unlikely to occur again. An id is no secret.
    /// </summary>
    public Guid Id { get; init; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>How to read the body. Default: <see cref="MessageSchema.Bytes"/>.</summary>
    public MessageSchema Schema { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = MessageSchema.Bytes;

    /// <summary>
    /// Headers, at most <see cref="QueueLimits.MaxHeaderBytes"/> in all. Default: none. <see cref="MessageHeaders"/> names those that
    /// the suite uses.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); }
        = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// The tenant, 1 to 512 bytes of UTF-8. Default: <c>default</c>. Tenants share the queue fairly, and keys of one never meet those
    /// of another.
    /// </summary>
    /// <exception cref="ArgumentException">The value is no valid name.</exception>
    public string Tenant { get; init => field = PropertyValue.Name(value, nameof(Tenant)); } = "default";

    /// <summary>
    /// A second message of the same tenant with the same key, enqueued within <see cref="QueueOptions.DeduplicationWindow"/> of the
    /// first, is not added. Default: <see langword="null"/>, no deduplication.
    /// </summary>
    /// <exception cref="ArgumentException">The value is no valid name.</exception>
    public string? DeduplicationKey { get; init => field = PropertyValue.OptionalName(value, nameof(DeduplicationKey)); }

    /// <summary>
    /// Messages of the same tenant with the same key are delivered one at a time and in order, across processes and retries. Default:
    /// <see langword="null"/>, no order beyond first in, first out.
    /// </summary>
    /// <exception cref="ArgumentException">The value is no valid name.</exception>
    public string? OrderingKey { get; init => field = PropertyValue.OptionalName(value, nameof(OrderingKey)); }

    /// <summary>The priority among the tenant's own messages, 0 to 9, higher first. Default: 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 0 or greater than 9.</exception>
    public int Priority
    {
        get => _priority;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, QueueLimits.MinPriority);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, QueueLimits.MaxPriority);
            _priority = (byte)value;
        }
    }

    /// <summary>
    /// How long the message waits before it can be received, counted by the backend's clock from its arrival: zero to 366 days.
    /// Default: zero. Excludes <see cref="NotBefore"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or longer than <see cref="QueueLimits.MaxDelay"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="NotBefore"/> is set too.</exception>
    public TimeSpan Delay
    {
        get => _isDelay ? new TimeSpan(_dueTicks) : TimeSpan.Zero;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, QueueLimits.MaxDelay);
            if (value > TimeSpan.Zero)
            {
                SetDueTime(value.Ticks, isDelay: true);
            }
        }
    }

    /// <summary>
    /// The time before which the message cannot be received, judged by the backend's clock. Default: <see langword="null"/>.
    /// Excludes <see cref="Delay"/>.
    /// </summary>
    /// <exception cref="ArgumentException"><see cref="Delay"/> is set too.</exception>
    public DateTimeOffset? NotBefore
    {
        get => _isDelay || _dueTicks == NoDueTime ? null : new DateTimeOffset(_dueTicks, TimeSpan.Zero);
        init
        {
            if (value is { } time)
            {
                SetDueTime(time.UtcTicks, isDelay: false);
            }
        }
    }

    /// <summary>
    /// How many failures and crashes together make the message a dead letter, 1 to 1,000. Default: <see langword="null"/>, the queue's
    /// own <see cref="QueueOptions.MaxDeliveries"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or greater than 1,000.</exception>
    public int? MaxDeliveries
    {
        get => _maxDeliveries == 0 ? null : _maxDeliveries;
        init
        {
            if (value is { } maximum)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1, nameof(value));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(maximum, QueueOptions.GreatestMaxDeliveries, nameof(value));
                _maxDeliveries = (ushort)maximum;
            }
        }
    }

    /// <summary>Makes a random id, as every message gets one. It is unique, but no secret.</summary>
    /// <returns>A random UUID (version 4).</returns>
    public static Guid NewId()
    {
        // Guid.NewGuid asks the operating system each time, which costs more than a whole enqueue in memory. Ids have to be unique,
        // not unpredictable, and Random.Shared is seeded by the operating system on every thread.
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Random.Shared.NextInt64(long.MinValue, long.MaxValue));
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Random.Shared.NextInt64(long.MinValue, long.MaxValue));
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }

    /// <summary>Names the message by its id and type; never its body, headers or keys.</summary>
    /// <returns>The id and the schema's type and version.</returns>
    public override string ToString() => $"{Id} ({Schema.Type} v{Schema.Version})";

    private void SetDueTime(long ticks, bool isDelay)
    {
        if (_dueTicks != NoDueTime && _isDelay != isDelay)
        {
            throw new ArgumentException("A message has either a Delay or a NotBefore, not both. Leave one of them out.", isDelay ? nameof(Delay) : nameof(NotBefore));
        }

        _dueTicks = ticks;
        _isDelay = isDelay;
    }
}
