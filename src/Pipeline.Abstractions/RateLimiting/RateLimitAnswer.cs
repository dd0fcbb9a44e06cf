using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>What a request is answered, put together from the answers of its dimensions in any order. For those who write a limiter.</summary>
/// <remarks>A mutable value: keep it in a variable, and pass it by reference. Not thread safe.</remarks>
[StructLayout(LayoutKind.Auto)]
public struct RateLimitAnswer
{
    private RateLimitStanding _standing;
    private RateLimitRule? _rule;
    private int _place;

    /// <summary>Gets whether every dimension so far grants.</summary>
    public readonly bool IsGranted => _rule is null || _standing.IsGranted;

    /// <summary>Takes the answer of one dimension that has a limit.</summary>
    /// <param name="standing">The answer.</param>
    /// <param name="rule">The dimension's rule.</param>
    /// <param name="place">The dimension's place in the request.</param>
    public void Add(in RateLimitStanding standing, RateLimitRule rule, int place)
    {
        // Of two that are equal the first of the request is named, whichever comes in first.
        var decides = _rule is null || standing.Decides(rule, _standing, _rule)
            || (place < _place && !_standing.Decides(_rule, standing, rule));
        if (decides)
        {
            (_standing, _rule, _place) = (standing, rule, place);
        }
    }

    /// <summary>Makes the decision; that of no limit where no dimension was added.</summary>
    /// <param name="reservation">What was reserved, if the request is granted and needs one.</param>
    public readonly RateLimitDecision ToDecision(RateLimitReservation? reservation) =>
        _rule is null ? RateLimitDecision.Unlimited : _standing.ToDecision(_rule, _place, reservation);
}
