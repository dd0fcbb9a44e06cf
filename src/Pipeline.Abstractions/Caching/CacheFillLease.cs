using System.Runtime.InteropServices;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The outcome of asking for the lease on making a missing value.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CacheFillLease
{
    /// <summary>The shortest lease: 100 milliseconds.</summary>
    public static readonly TimeSpan MinDuration = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest lease: 1 hour.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromHours(1);

    private CacheFillLease(string key, Guid token, TimeSpan remaining)
    {
        Key = key;
        Token = token;
        Remaining = remaining;
    }

    /// <summary>Whether the caller holds the lease.</summary>
    public bool IsTaken => Token != Guid.Empty;

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>What only the holder has: renewing and releasing go by it. <see cref="Guid.Empty"/> if the lease was not taken.</summary>
    public Guid Token { get; }

    /// <summary>How long the lease lasts, counted from the answer: the caller's own if it was taken, else the other's.</summary>
    public TimeSpan Remaining { get; }

    /// <summary>Makes the outcome for a caller who got the lease.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">The token, new for each lease and not empty.</param>
    /// <param name="duration">How long the lease lasts.</param>
    /// <returns>The lease.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="key"/> cannot be stored, <paramref name="token"/> is empty, or <paramref name="duration"/> is out of range.
    /// </exception>
    public static CacheFillLease Taken(string key, Guid token, TimeSpan duration)
    {
        StoredName.ThrowIfInvalid(key);
        ThrowIfOutOfRange(duration);
        return token == Guid.Empty
            ? throw new ArgumentException("The token is empty. Give a new one for each lease.", nameof(token))
            : new(key, token, duration);
    }

    /// <summary>Makes the outcome for a caller who came second.</summary>
    /// <param name="key">The key.</param>
    /// <param name="remaining">How long the other's lease still lasts, at least zero.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored, or <paramref name="remaining"/> is negative.</exception>
    public static CacheFillLease HeldByAnother(string key, TimeSpan remaining)
    {
        StoredName.ThrowIfInvalid(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(remaining, TimeSpan.Zero);
        return new(key, Guid.Empty, remaining);
    }

    /// <summary>Checks the duration of a lease, for a backend's methods.</summary>
    /// <param name="duration">The duration.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is less than 100 milliseconds or more than 1 hour.</exception>
    public static void ThrowIfOutOfRange(TimeSpan duration)
    {
        if (duration < MinDuration || duration > MaxDuration)
        {
            throw new ArgumentOutOfRangeException(nameof(duration), $"The duration is {duration}. Give a lease from 100 milliseconds to 1 hour.");
        }
    }
}
