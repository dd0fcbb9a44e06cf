using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

internal sealed partial class LimiterSequence
{
    private async Task SettleAsync()
    {
        if (_reservations.Count == 0)
        {
            return;
        }

        var held = _random.Pick(_reservations);
        var costs = held.Dimensions.Select(NextActualCost).ToArray();
        var limiter = AnyProcess;
        var (isEnded, at) = await CallAsync(() => limiter.SettleAsync(held.Reservation, costs));
        Log($"settle {Describe(held.Reservation.Request)} at [{string.Join(", ", costs)}]: {isEnded}");
        CheckEnded(held, isEnded, at);
        if (!isEnded)
        {
            return;
        }

        for (var place = 0; place < costs.Length; place++)
        {
            var dimension = held.Dimensions[place];
            if (!dimension.IsEstimate || dimension.Rule.Kind == RateLimitRuleKind.Unlimited)
            {
                continue;
            }

            if (costs[place] > dimension.Cost)
            {
                StateOf(dimension).Charge(dimension.Rule, costs[place] - dimension.Cost, at);
            }
            else if (costs[place] < dimension.Cost)
            {
                // In the state that it was charged in, which may be forgotten since.
                var charge = held.Charges[place];
                charge.State.GiveBack(charge, dimension.Cost - costs[place], at);
            }
        }

        GiveLeasesBack(held, at);
    }

    private async Task ReleaseAsync()
    {
        if (_reservations.Count == 0)
        {
            return;
        }

        var held = _random.Pick(_reservations);
        var limiter = AnyProcess;
        var (isEnded, at) = await CallAsync(() => limiter.ReleaseAsync(held.Reservation));
        Log($"release {Describe(held.Reservation.Request)}: {isEnded}");
        CheckEnded(held, isEnded, at);
        if (isEnded)
        {
            GiveLeasesBack(held, at);
        }
    }

    private async Task RenewAsync()
    {
        if (_reservations.Count == 0)
        {
            return;
        }

        var held = _random.Pick(_reservations);
        var limiter = AnyProcess;
        var (isRenewed, at) = await CallAsync(() => limiter.RenewAsync(held.Reservation));
        Log($"renew {Describe(held.Reservation.Request)}: {isRenewed}");
        _denied = null;
        var leases = held.Leases.ToList();
        var isSure = leases.Count == 0 || (!held.IsEnded && leases.All(lease => IsCurrent(held, lease) && lease.State.IsSurelyHeld(lease, at)));
        var isPossible = leases.Count == 0 || (!held.IsEnded && leases.All(lease => IsCurrent(held, lease) && lease.State.MayBeHeld(lease, at)));
        Ensure.That(!isSure || isRenewed, "The leases were held, and could not be renewed.");
        Ensure.That(isPossible || !isRenewed, "A lease was renewed that was not held.");
        if (isRenewed)
        {
            leases.ForEach(lease => BoundedState.Renew(lease, at));
        }
    }

    private async Task ResetAsync()
    {
        var dimension = NextDimension();
        var limiter = AnyProcess;
        Log($"reset {Describe(dimension)}");
        await limiter.ResetAsync(dimension.Key, dimension.Rule);
        _states.Remove(LimitedKey.Of(dimension));
        _denied = null;
    }

    private void CheckEnded(ModelReservation held, bool isEnded, ModelMoment at)
    {
        Ensure.That(!held.IsEnded || !isEnded, "A reservation was ended twice.");
        var isYoung = at.Latest - held.GrantedAt.Earliest <= RateLimitReservation.MinSettlementTime.Ticks;
        var isSure = (held.HasEstimate && isYoung) || held.Leases.Any(lease => IsCurrent(held, lease) && lease.State.IsSurelyHeld(lease, at));
        Ensure.That(held.IsEnded || isEnded || !isSure, "A reservation could not be ended.");

        // What a reset did to leases alone is not told by the answer.
        var isPossible = held.HasEstimate || held.Leases.Any(lease => !IsCurrent(held, lease) || lease.State.MayBeHeld(lease, at));
        Ensure.That(isPossible || !isEnded, "A reservation was ended that had run out.");
        held.IsEnded |= isEnded;
        _denied = null;
    }

    private static void GiveLeasesBack(ModelReservation held, ModelMoment at)
    {
        foreach (var lease in held.Leases)
        {
            lease.State.GiveBack(lease, 0, at);
        }
    }

    /// <summary>Whether the state of a charge was not reset since.</summary>
    private bool IsCurrent(ModelReservation held, BoundedCharge charge) =>
        ReferenceEquals(StateOf(held.Dimensions[held.Charges.Single(one => one.Value == charge).Key]), charge.State);

    private long NextActualCost(RateLimitDimension dimension) => _random.Next(100) switch
    {
        < 10 => 0,
        < 25 => dimension.Cost,
        < 70 => dimension.Cost == 0 ? _random.Next(3) : (long)(_random.NextUInt64() % (ulong)dimension.Cost),
        < 98 => dimension.Cost + _random.Next(10),
        _ => long.MaxValue,
    };
}
