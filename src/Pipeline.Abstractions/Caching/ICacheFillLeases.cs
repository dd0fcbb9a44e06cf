using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// An ability of a cache backend: lets one process of a fleet make a missing value while the others wait for it or take a stale one.
/// </summary>
/// <remarks>
/// <para>A lease saves work; it guards nothing. It runs out by the backend's clock, so a lost holder never blocks the others, and a holder
/// that is slower than its lease may find that another has begun: both store their value, and either is right.</para>
/// <para>A lease on a key and an entry under that key are independent of each other. Implementations are thread safe.</para>
/// </remarks>
public interface ICacheFillLeases
{
    /// <summary>Takes the lease on a key, unless another holds it. Does not wait.</summary>
    /// <param name="key">The key of the entry that is to be made: 1 to 512 bytes of UTF-8 without control characters.</param>
    /// <param name="duration">How long the lease lasts unless it is renewed: from 100 milliseconds to 1 hour.</param>
    /// <param name="cancellationToken">Cancels the call. A lease that was taken by a call that is then cancelled runs out.</param>
    /// <returns>The lease, or how long the other's still lasts.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored, or <paramref name="duration"/> is out of range.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<CacheFillLease> TryTakeAsync(string key, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Extends a lease that is still held.</summary>
    /// <param name="lease">The lease as it was taken.</param>
    /// <param name="duration">How long from now it lasts: from 100 milliseconds to 1 hour.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// <see langword="true"/> if the lease was extended; <see langword="false"/> if it had run out, whether or not another has taken it
    /// since.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="lease"/> was not taken, or <paramref name="duration"/> is out of range.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<bool> RenewAsync(CacheFillLease lease, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Gives a lease back. Another's lease on the same key is left alone.</summary>
    /// <param name="lease">The lease as it was taken.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><see langword="true"/> if the lease was still held; <see langword="false"/> if it had run out or was given back before.</returns>
    /// <exception cref="ArgumentException"><paramref name="lease"/> was not taken.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The lease runs out by itself.</exception>
    ValueTask<bool> ReleaseAsync(CacheFillLease lease, CancellationToken cancellationToken = default);
}
