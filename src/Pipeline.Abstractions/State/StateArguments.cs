using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>The checks that every backend's state store makes at its public edge, so that bad input gets the same clear error everywhere.</summary>
/// <remarks>Called by backends. Thread safe.</remarks>
public static class StateArguments
{
    /// <summary>The most entries of one page: 1,000.</summary>
    public const int MaxPageLength = 1_000;

    /// <summary>The most bytes of values in one page, unless its only entry has more: 4 MiB.</summary>
    public const int MaxPageBytes = 4 * 1024 * 1024;

    /// <summary>The least time to live: 1 millisecond.</summary>
    public static TimeSpan MinTimeToLive { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The greatest time to live: 3,650 days.</summary>
    public static TimeSpan MaxTimeToLive { get; } = TimeSpan.FromDays(3650);

    /// <summary>
    /// The most bytes of UTF-8 that a tenant and a name of the tenant's take together, <c>/</c> and <c>%</c> counted as three: 480. The rest of a key is for what else
    /// stands in it.
    /// </summary>
    public const int MaxTenantNameBytes = 480;

    /// <summary>The shortest lease: 100 milliseconds.</summary>
    public static TimeSpan MinLease { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest lease: 12 hours. Who works longer renews it.</summary>
    public static TimeSpan MaxLease { get; } = TimeSpan.FromHours(12);

    /// <summary>Returns if a key names an entry, and throws otherwise.</summary>
    /// <param name="key">The key.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is the default value.</exception>
    public static void CheckKey(StateKey key, [CallerArgumentExpression(nameof(key))] string? argument = null)
    {
        if (key.Key is null)
        {
            throw new ArgumentException("The key names no entry. Make it by its constructor.", argument);
        }
    }

    /// <summary>Returns if the arguments of a write are in range, and throws otherwise.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expectedVersion">The version that the caller names.</param>
    /// <param name="timeToLive">The time to live, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is the default value, or <paramref name="value"/> is too large.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="expectedVersion"/> is negative, or <paramref name="timeToLive"/> is out of range.
    /// </exception>
    public static void CheckWrite(StateKey key, ReadOnlyMemory<byte> value, long expectedVersion, TimeSpan? timeToLive)
    {
        CheckKey(key);
        if (value.Length > StateEntry.MaxValueBytes)
        {
            throw new ArgumentException(
                $"The value has {value.Length} bytes. Give at most {StateEntry.MaxValueBytes}, and store what is larger elsewhere.", nameof(value));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        if (timeToLive is { } time)
        {
            CheckTimeToLive(time, nameof(timeToLive));
        }
    }

    /// <summary>Returns if a time to live is in range, and throws otherwise.</summary>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public static void CheckTimeToLive(TimeSpan timeToLive, [CallerArgumentExpression(nameof(timeToLive))] string? argument = null) =>
        CheckDuration(timeToLive, MinTimeToLive, MaxTimeToLive, argument);

    /// <summary>Returns if the arguments of a deletion are in range, and throws otherwise.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The version that the caller names, or <see langword="null"/> for any.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is the default value.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expectedVersion"/> is below 1.</exception>
    public static void CheckDelete(StateKey key, long? expectedVersion)
    {
        CheckKey(key);
        if (expectedVersion is { } version)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(version, 1, nameof(expectedVersion));
        }
    }

    /// <summary>Returns if the arguments of a listing are in range, and throws otherwise.</summary>
    /// <param name="space">The space.</param>
    /// <param name="prefix">What keys begin with.</param>
    /// <param name="after">The key before the page, or <see langword="null"/>.</param>
    /// <param name="limit">The most entries.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="space"/>, <paramref name="after"/>, or a <paramref name="prefix"/> that is not empty, is not a name.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is out of range.</exception>
    public static void CheckList(string space, string prefix, string? after, int limit)
    {
        CheckWatch(space, prefix);
        if (after is not null)
        {
            StoredName.ThrowIfInvalid(after);
        }

        if (limit is < 1 or > MaxPageLength)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"Give 1 to {MaxPageLength}, and read more in several pages.");
        }
    }

    /// <summary>Returns if the arguments of a watch are names, and throws otherwise.</summary>
    /// <param name="space">The space.</param>
    /// <param name="prefix">What keys begin with.</param>
    /// <exception cref="ArgumentException"><paramref name="space"/>, or a <paramref name="prefix"/> that is not empty, is not a name.</exception>
    public static void CheckWatch(string space, string prefix)
    {
        StoredName.ThrowIfInvalid(space);
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0)
        {
            StoredName.ThrowIfInvalid(prefix);
        }
    }

    /// <summary>Returns if a lease is in range, and throws otherwise.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lease is out of range.</exception>
    public static void CheckLease(TimeSpan lease, [CallerArgumentExpression(nameof(lease))] string? argument = null) =>
        CheckDuration(lease, MinLease, MaxLease, argument);

    /// <summary>Returns if a tenant and a name of the tenant's (a task's id, an idempotency key) can be one key, and throws otherwise.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentException">One is no name (<see cref="StoredName"/>), or both are too long together.</exception>
    public static void CheckTenantName(string tenant, string name, [CallerArgumentExpression(nameof(name))] string? argument = null)
    {
        StoredName.ThrowIfInvalid(tenant);
        StoredName.ThrowIfInvalid(name, argument);
        var bytes = EscapedBytes(tenant) + EscapedBytes(name);
        if (bytes > MaxTenantNameBytes)
        {
            throw new ArgumentException(
                $"Together with the tenant it is {bytes} bytes of UTF-8 long, '/' and '%' counted as three. Give at most {MaxTenantNameBytes}, for instance a hash.",
                argument);
        }
    }

    internal static void CheckDuration(TimeSpan duration, TimeSpan least, TimeSpan most, string? argument)
    {
        if (duration < least || duration > most)
        {
            throw new ArgumentOutOfRangeException(argument, duration, $"Give {least} to {most}.");
        }
    }

    private static int EscapedBytes(string name) => Encoding.UTF8.GetByteCount(name) + (2 * name.AsSpan().CountAny('/', '%'));
}
