using System.Collections.Frozen;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.RateLimiting;

/// <summary>The lease that an adapter hands out: a decision, and the leases that it holds until it is disposed.</summary>
internal sealed class AdapterLease : RateLimitLease
{
    private static readonly FrozenDictionary<string, Func<RateLimitDecision, object>> Figures =
        new Dictionary<string, Func<RateLimitDecision, object>>(StringComparer.Ordinal)
        {
            [RateLimitMetadata.Limit.Name] = static decision => decision.Limit,
            [RateLimitMetadata.Remaining.Name] = static decision => decision.Remaining,
            [RateLimitMetadata.ResetAfter.Name] = static decision => decision.ResetAfter,
            [RateLimitMetadata.Rule.Name] = static decision => decision.Rule.Name,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Func<RateLimitDecision, object>> FiguresOfRefusal =
        new Dictionary<string, Func<RateLimitDecision, object>>(Figures, StringComparer.Ordinal)
        {
            [MetadataName.RetryAfter.Name] = static decision => decision.RetryAfter,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly IRateLimiter? _limiter;
    private readonly RateLimitDecision? _decision;
    private readonly Action? _whenEnded;
    private readonly RateLimitLeaseRenewal? _renewal;
    private int _isDisposed;

    /// <param name="limiter">The limiter that decided.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="time">The clock for renewals.</param>
    /// <param name="whenEnded">Told once, when the lease is disposed.</param>
    public AdapterLease(IRateLimiter limiter, in RateLimitDecision decision, TimeProvider time, Action? whenEnded = null)
    {
        _limiter = limiter;
        _decision = decision;
        _whenEnded = whenEnded;
        _renewal = decision.Reservation is { } reservation ? RateLimitLeaseRenewal.Start(limiter, reservation, time, NullLogger.Instance) : null;
    }

    private AdapterLease()
    {
    }

    /// <summary>The answer where nobody was asked.</summary>
    public static AdapterLease NotAsked { get; } = new();

    public override bool IsAcquired => _decision is { IsGranted: true };

    public override IEnumerable<string> MetadataNames => _decision is { } decision ? FiguresOf(decision).Keys : [];

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = _decision is { } decision && FiguresOf(decision).TryGetValue(metadataName, out var figure) ? figure(decision) : null;
        return metadata is not null;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_decision is not { } decision || Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _renewal?.Dispose();
        if (decision.Reservation is { } reservation)
        {
            _ = ReleaseAsync(reservation);
        }

        _whenEnded?.Invoke();
    }

    private static FrozenDictionary<string, Func<RateLimitDecision, object>> FiguresOf(in RateLimitDecision decision) =>
        decision.IsGranted ? Figures : FiguresOfRefusal;

    // A disposal cannot wait, nor fail. A lease that could not be given back runs out.
    private async Task ReleaseAsync(RateLimitReservation reservation)
    {
        try
        {
            await _limiter!.ReleaseAsync(reservation, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
