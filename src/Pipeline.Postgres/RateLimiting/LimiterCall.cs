namespace Pipeline.RateLimiting;

/// <summary>The states that a call is about, in the order in which every call locks them, and what it does with each.</summary>
/// <param name="mode">0 to judge, 1 to take, 2 to take and write a record. Other statements have none.</param>
/// <param name="reservation">The reservation's id.</param>
internal sealed class LimiterCall(int mode, Guid reservation)
{
    private int[] _places = [];

    public int Mode => mode;

    public Guid Reservation => reservation;

    public string[] Keys { get; private set; } = [];

    public string[] StateIds { get; private set; } = [];

    public long[] Plans { get; private set; } = [];

    /// <summary>Up to which expiry a few rows are to be deleted; <see langword="null"/> for none.</summary>
    public long? SweepUntil { get; set; }

    public int Count => Keys.Length;

    /// <summary>Says what to do with the dimensions of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ruleOf">Finds a rule as the statements take it.</param>
    /// <param name="argument">What that depends on, so that no closure is made for it.</param>
    /// <param name="stepOf">What to do with the dimension at a place, and how much; no step passes over it.</param>
    public LimiterCall With<T>(
        RateLimitRequest request, Func<RateLimitRule, LimiterRule> ruleOf, T argument, Func<RateLimitRequest, int, T, (LimiterStep? Step, long Amount)> stepOf)
    {
        Span<(LimiterStep? Step, long Amount)> steps = stackalloc (LimiterStep?, long)[request.Count];
        var count = 0;
        for (var place = 0; place < request.Count; place++)
        {
            steps[place] = request.Dimensions[place].Rule.Kind == RateLimitRuleKind.Unlimited ? default : stepOf(request, place, argument);
            count += steps[place].Step is null ? 0 : 1;
        }

        _places = InOrder(request, steps, count);
        (Keys, StateIds, Plans) = (new string[count], new string[count], new long[count * LimiterRule.PlanLength]);
        for (var i = 0; i < count; i++)
        {
            ref readonly var dimension = ref request.Dimensions[_places[i]];
            var (step, amount) = steps[_places[i]];
            (Keys[i], StateIds[i]) = (dimension.Key, dimension.Rule.StateId);
            ruleOf(dimension.Rule).Plan(Plans.AsSpan(i * LimiterRule.PlanLength), step!.Value, _places[i], amount);
        }

        return this;
    }

    /// <summary>The place in the request of a state of the call.</summary>
    public int PlaceOf(int index) => _places[index];

    private static int[] InOrder(RateLimitRequest request, ReadOnlySpan<(LimiterStep? Step, long Amount)> steps, int count)
    {
        var places = new int[count];
        var next = 0;
        for (var place = 0; place < request.Count; place++)
        {
            if (steps[place].Step is not null)
            {
                places[next++] = place;
            }
        }

        if (count > 1)
        {
            Array.Sort(places, (one, other) => Compare(request.Dimensions[one], request.Dimensions[other]));
        }

        return places;
    }

    private static int Compare(in RateLimitDimension one, in RateLimitDimension other)
    {
        var keys = string.CompareOrdinal(one.Key, other.Key);
        return keys != 0 ? keys : string.CompareOrdinal(one.Rule.StateId, other.Rule.StateId);
    }
}
