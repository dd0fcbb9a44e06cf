namespace Pipeline.RateLimiting;

/// <summary>What a request is answered, as the answers of its dimensions come in.</summary>
internal struct LimiterAnswer()
{
    private LimiterStanding _standing = new(IsGranted: true, long.MaxValue, 0, 0);
    private RateLimitRule? _rule;
    private int _place;

    public readonly bool IsGranted => _standing.IsGranted;

    /// <summary>Takes the answer of one dimension.</summary>
    public void Add(in LimiterStanding standing, RateLimitRule rule, int place)
    {
        // They do not come in the order of the request.
        var decides = _rule is null || standing.Decides(rule, _standing, _rule)
            || (place < _place && !_standing.Decides(_rule, standing, rule));
        if (decides)
        {
            (_standing, _rule, _place) = (standing, rule, place);
        }
    }

    public readonly RateLimitDecision ToDecision(RateLimitReservation? reservation) =>
        _rule is null ? RateLimitDecision.Unlimited : _standing.ToDecision(_rule, _place, reservation);
}
