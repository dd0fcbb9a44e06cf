using System.Runtime.CompilerServices;

namespace Pipeline.RateLimiting;

/// <summary>What stands behind a reservation that was granted during an outage: at most what this process counts by itself.</summary>
/// <remarks>
/// Kept with the reservation itself, so that it can be ended after its outage, and so that one that is never ended leaves nothing behind.
/// Thread safe.
/// </remarks>
internal sealed class DegradedReservation
{
    private static readonly ConditionalWeakTable<RateLimitReservation, DegradedReservation> All = new();

    private readonly IRateLimiter? _limiter;
    private readonly RateLimitReservation? _local;
    private readonly int[] _places;
    private int _isEnded;

    private DegradedReservation(IRateLimiter? limiter, RateLimitReservation? local, int[] places)
    {
        _limiter = limiter;
        _local = local;
        _places = places;
    }

    /// <summary>Makes the reservation for a granted request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limiter">What counted a part of it, or <see langword="null"/>.</param>
    /// <param name="local">What that part holds, or <see langword="null"/> for nothing.</param>
    /// <param name="places">The places of that part's dimensions in the request.</param>
    public static RateLimitReservation Make(
        RateLimitRequest request, IRateLimiter? limiter = null, RateLimitReservation? local = null, params int[] places)
    {
        var reservation = new RateLimitReservation(Guid.NewGuid(), request, isDegraded: true);
        All.Add(reservation, new DegradedReservation(limiter, local, places));
        return reservation;
    }

    /// <summary>Finds what stands behind a reservation; <see langword="null"/> for one that was not granted in this process.</summary>
    public static DegradedReservation? Of(RateLimitReservation reservation) => All.TryGetValue(reservation, out var found) ? found : null;

    public ValueTask<bool> SettleAsync(ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken) => _local is null
        ? End()
        : _limiter!.SettleAsync(_local, Array.ConvertAll(_places, place => actualCosts.Span[place]), cancellationToken);

    public ValueTask<bool> ReleaseAsync(CancellationToken cancellationToken) =>
        _local is null ? End() : _limiter!.ReleaseAsync(_local, cancellationToken);

    public ValueTask<bool> RenewAsync(CancellationToken cancellationToken) =>
        _local is null ? new(Volatile.Read(ref _isEnded) == 0) : _limiter!.RenewAsync(_local, cancellationToken);

    private ValueTask<bool> End() => new(Interlocked.Exchange(ref _isEnded, 1) == 0);
}
