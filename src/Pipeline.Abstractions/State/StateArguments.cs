using System.Runtime.CompilerServices;

namespace Pipeline.State;

/// <summary>The checks that every backend's state store makes at its public edge, so that bad input gets the same clear error everywhere.</summary>
/// <remarks>Called by backends. Thread safe.</remarks>
public static class StateArguments
{
    /// <summary>The least time to live: 1 millisecond.</summary>
    public static TimeSpan MinTimeToLive { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The greatest time to live: 3,650 days.</summary>
    public static TimeSpan MaxTimeToLive { get; } = TimeSpan.FromDays(3650);

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
        if (timeToLive is { } time && (time < MinTimeToLive || time > MaxTimeToLive))
        {
            throw new ArgumentOutOfRangeException(nameof(timeToLive), time, $"Give {MinTimeToLive} to {MaxTimeToLive}, or null for an entry that stays.");
        }
    }

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
}
