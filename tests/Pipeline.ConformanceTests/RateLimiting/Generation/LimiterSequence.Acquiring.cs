using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

internal sealed partial class LimiterSequence
{
    private async Task AcquireAsync(RateLimitRequest request)
    {
        var limiter = AnyProcess;
        var (decision, at) = await CallAsync(() => limiter.AcquireAsync(request));
        Log($"acquire {Describe(request)}: {Describe(decision)}");
        var dimensions = Limited(request);
        CheckDecision(dimensions, decision, at);
        if (!decision.IsGranted)
        {
            CheckDenial(dimensions, decision, at);
            _denied = (request, decision.RetryAfter);
            return;
        }

        var charges = dimensions.Where(one => one.Dimension.Cost > 0)
            .ToDictionary(one => one.Place, one => StateOf(one.Dimension).Charge(one.Dimension.Rule, one.Dimension.Cost, at));
        CheckGrant(dimensions, decision, at);
        CheckReservation(request, decision);
        _denied = null;
        if (decision.Reservation is { } reservation)
        {
            _reservations.Add(new ModelReservation(reservation, charges, at));
        }
    }

    /// <summary>After a denial and its wait, with nothing done in between, the request is granted.</summary>
    private async Task AcquireWhenDueAsync()
    {
        if (_denied is not { } denied || denied.RetryAfter > _store.Tick * 20)
        {
            await AcquireAsync(NextRequest());
            return;
        }

        Log($"advance {denied.RetryAfter}");
        await _store.AdvanceAsync(denied.RetryAfter);
        await AcquireAsync(denied.Request);

        // A wall clock that was set back comes, while one waits, to a window that was charged before.
        Ensure.That(_denied is null || _wasSetBack, $"The request was denied again after its RetryAfter of {denied.RetryAfter}.");
    }

    private async Task PeekAsync()
    {
        var request = NextRequest();
        var limiter = AnyProcess;
        var (decision, at) = await CallAsync(() => limiter.PeekAsync(request));
        Log($"peek {Describe(request)}: {Describe(decision)}");
        var dimensions = Limited(request);
        CheckDecision(dimensions, decision, at);
        Ensure.That(decision.Reservation is null, "A peek gave a reservation.");
        if (decision.IsGranted)
        {
            CheckGrant(dimensions, decision, at);
        }
        else
        {
            CheckDenial(dimensions, decision, at);
        }
    }

    private void CheckDecision(IReadOnlyList<(int Place, RateLimitDimension Dimension)> dimensions, RateLimitDecision decision, ModelMoment at)
    {
        Ensure.That(!decision.IsDegraded, "The decision is degraded.");
        if (dimensions.Count == 0)
        {
            Ensure.That(decision == RateLimitDecision.Unlimited, "Without a limit the decision is not the unlimited one.");
            return;
        }

        var mayGrant = dimensions.All(one => StateOf(one.Dimension).MayGrant(one.Dimension, at));
        var mustGrant = dimensions.All(one => StateOf(one.Dimension).MustGrant(one.Dimension, at));
        Ensure.That(mayGrant || !decision.IsGranted, "Granted, though a rule was exhausted.");
        Ensure.That(!mustGrant || decision.IsGranted, "Denied, though every rule had enough left.");
        Ensure.That(
            dimensions.Any(one => one.Place == decision.DimensionIndex && one.Dimension.Rule == decision.Rule), "The decision names no dimension with a limit.");
    }

    private void CheckDenial(IReadOnlyList<(int Place, RateLimitDimension Dimension)> dimensions, RateLimitDecision decision, ModelMoment at)
    {
        var named = dimensions.Single(one => one.Place == decision.DimensionIndex).Dimension;
        Ensure.That(!StateOf(named).MustGrant(named, at), "The denial names a dimension that had enough left.");
        CheckFigures(named, decision, at);
        if (!IsAtBorder(named.Rule, at))
        {
            CheckTime(StateOf(named).RetryAfter(named, at), decision.RetryAfter, nameof(decision.RetryAfter));
        }

        foreach (var (place, other) in dimensions.Where(one => one.Place != decision.DimensionIndex && !StateOf(one.Dimension).MayGrant(one.Dimension, at)))
        {
            var (least, _) = StateOf(other).RetryAfter(other, at);
            var longest = (BigInteger)decision.RetryAfter.Ticks + (Tolerance * 2);
            Ensure.That(
                least < longest || (least == longest && place > decision.DimensionIndex) || longest >= long.MaxValue,
                $"The denial names dimension {decision.DimensionIndex}, and {place} recovers later or stands before it.");
        }
    }

    private void CheckGrant(IReadOnlyList<(int Place, RateLimitDimension Dimension)> dimensions, RateLimitDecision decision, ModelMoment at)
    {
        Ensure.That(decision.RetryAfter == TimeSpan.Zero, "A grant says when to try again.");
        foreach (var (place, other) in dimensions)
        {
            if (place == decision.DimensionIndex)
            {
                CheckFigures(other, decision, at);
                continue;
            }

            var share = (BigInteger)decision.Remaining * other.Rule.Limit;
            var most = StateOf(other).Remaining(other.Rule, at).Most * decision.Limit;
            Ensure.That(
                share < most || (share == most && place > decision.DimensionIndex),
                $"The grant names dimension {decision.DimensionIndex}, and of {place} a smaller share remains, or the same and it stands before.");
        }
    }

    private void CheckFigures(in RateLimitDimension named, RateLimitDecision decision, ModelMoment at)
    {
        if (IsAtBorder(named.Rule, at))
        {
            return;
        }

        var (least, most) = StateOf(named).Remaining(named.Rule, at);
        Ensure.That(decision.Remaining >= least && decision.Remaining <= most, $"Remaining is {decision.Remaining}, and should be from {least} to {most}.");
        CheckTime(StateOf(named).ResetAfter(named.Rule, at), decision.ResetAfter, nameof(decision.ResetAfter));
    }

    /// <summary>Whether the call may have been decided in either of two windows.</summary>
    private static bool IsAtBorder(RateLimitRule rule, ModelMoment at) =>
        rule.Kind is RateLimitRuleKind.FixedWindow or RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth
        && rule.GetWindowAt(Utc(at.Earliest + at.Wall)) != rule.GetWindowAt(Utc(at.Latest + at.Wall));

    private static DateTimeOffset Utc(long ticks) => new(ticks, TimeSpan.Zero);

    private void CheckTime((BigInteger Least, BigInteger Most) bounds, TimeSpan actual, string name)
    {
        var (least, most) = (BigInteger.Min(bounds.Least, long.MaxValue), BigInteger.Min(bounds.Most, long.MaxValue));
        Ensure.That(
            actual.Ticks >= least - Tolerance && actual.Ticks <= most + Tolerance + _store.ClockUnit.Ticks - 1,
            $"{name} is {actual.Ticks} ticks, and should be from {least} to {most}.");
    }

    private static void CheckReservation(RateLimitRequest request, RateLimitDecision decision)
    {
        Ensure.That(request.NeedsReservation == decision.Reservation is not null, "The grant has no reservation, or one too many.");
        Ensure.That(
            decision.Reservation is not { } reservation || reservation.Request.Dimensions.SequenceEqual(request.Dimensions), "The reservation has another request.");
    }

    private static IReadOnlyList<(int Place, RateLimitDimension Dimension)> Limited(RateLimitRequest request) =>
        [.. request.Dimensions.ToArray().Select((dimension, place) => (place, dimension)).Where(one => one.dimension.Rule.Kind != RateLimitRuleKind.Unlimited)];

    private static string Describe(RateLimitDecision decision) =>
        $"{(decision.IsGranted ? "granted" : "denied")} by {decision.DimensionIndex}, remaining {decision.Remaining}, "
        + $"retry {decision.RetryAfter}, reset {decision.ResetAfter}";
}
