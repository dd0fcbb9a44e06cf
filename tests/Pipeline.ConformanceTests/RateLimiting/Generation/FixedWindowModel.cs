using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>The charges of each window that the wall clock ever showed.</summary>
/// <param name="isStrict">
/// Whether, once the wall clock was set back, each window counts as full as the fullest: a limiter need not remember them all apart.
/// </param>
internal sealed class FixedWindowModel(bool isStrict) : StateModel
{
    private static readonly BigInteger Forever = long.MaxValue;

    private readonly Dictionary<long, List<ModelCharge>> _windows = [];
    private long _furthest = long.MinValue;
    private bool _wasSetBack;

    private bool IsBlurred => isStrict && _wasSetBack;

    public override BigInteger Used(RateLimitRule rule, long now, long wall)
    {
        _wasSetBack |= wall < _furthest;
        _furthest = Math.Max(_furthest, wall);
        var end = EndOfWindow(rule, now + wall);
        return _windows.Where(window => IsBlurred || window.Key == end).Select(window => Sum(window.Value)).DefaultIfEmpty().Max();
    }

    public override BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall)
    {
        if (Used(rule, now, wall) <= most)
        {
            return 0;
        }

        // A wall clock that was set back comes again to windows that were charged before.
        var from = now + wall;
        while (_windows.TryGetValue(EndOfWindow(rule, from), out var charges) && Sum(charges) > most)
        {
            from = EndOfWindow(rule, from);
        }

        return IsBlurred ? Forever : from - now - wall;
    }

    public override ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall)
    {
        var charge = new ModelCharge(now, amount) { Until = EndOfWindow(rule, now + wall) };
        if (!_windows.TryGetValue(charge.Until, out var charges))
        {
            _windows.Add(charge.Until, charges = []);
        }

        charges.Add(charge);
        return charge;
    }

    public override void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall)
    {
        if (!isStrict || now + wall < charge.Until)
        {
            charge.Amount -= amount;
        }
    }

    private static BigInteger Sum(List<ModelCharge> charges) => charges.Aggregate(BigInteger.Zero, (sum, charge) => sum + charge.Amount);

    private static long EndOfWindow(RateLimitRule rule, long utcTicks) =>
        rule.GetWindowAt(new DateTimeOffset(utcTicks, TimeSpan.Zero)).End.UtcTicks;
}
