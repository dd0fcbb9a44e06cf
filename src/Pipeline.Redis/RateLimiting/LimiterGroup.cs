using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>The dimensions of a request whose states one script can reach: all that have a limit, or in a cluster those of one hash tag.</summary>
/// <param name="Request">The request.</param>
/// <param name="Places">The places of the dimensions, a bit each.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimiterGroup(RateLimitRequest Request, int Places)
{
    public int Count => BitOperations.PopCount((uint)Places);

    /// <summary>Whether one of the dimensions is an estimate, for which the group has a record of each reservation.</summary>
    public bool HasEstimates
    {
        get
        {
            for (var place = 0; place < Request.Count; place++)
            {
                if (Has(place) && Request.Dimensions[place].IsEstimate)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The key of the group's first dimension, whose tag all have in common where tags part them.</summary>
    public string FirstKey => Request.Dimensions[BitOperations.TrailingZeroCount(Places)].Key;

    private ReadOnlySpan<char> FirstTag => TagAt(BitOperations.TrailingZeroCount(Places));

    private bool IsShared
    {
        get
        {
            for (var place = 0; place < Request.Count; place++)
            {
                if (Has(place) && !LimiterTag.Find(Request.Dimensions[place].Key).IsShared)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>All dimensions that have a limit.</summary>
    public static LimiterGroup Of(RateLimitRequest request)
    {
        var places = 0;
        for (var place = 0; place < request.Count; place++)
        {
            if (request.Dimensions[place].Rule.Kind != RateLimitRuleKind.Unlimited)
            {
                places |= 1 << place;
            }
        }

        return new(request, places);
    }

    /// <summary>The dimensions that hold leases.</summary>
    public static LimiterGroup LeasesOf(RateLimitRequest request)
    {
        var places = 0;
        for (var place = 0; place < request.Count; place++)
        {
            if (request.Dimensions[place] is { Rule.Kind: RateLimitRuleKind.Concurrency, Cost: > 0 })
            {
                places |= 1 << place;
            }
        }

        return new(request, places);
    }

    /// <summary>Whether the dimension at a place is one of the group.</summary>
    public bool Has(int place) => (Places & (1 << place)) != 0;

    /// <summary>Parts the group by hash tags, the tenants' dimensions before those that all share.</summary>
    public LimiterGroup[] Split()
    {
        var groups = new List<LimiterGroup>(1);
        for (var left = Places; left != 0;)
        {
            var places = SameTagAsFirst(left);
            left &= ~places;
            groups.Add(new(Request, places));
        }

        if (groups.Count > 1)
        {
            groups.Sort(static (one, other) => one.IsShared != other.IsShared ? one.IsShared.CompareTo(other.IsShared) : one.FirstTag.CompareTo(other.FirstTag, StringComparison.Ordinal));
        }

        return [.. groups];
    }

    /// <summary>Those of the places whose dimensions have the tag of the first of them.</summary>
    private int SameTagAsFirst(int places)
    {
        var first = TagAt(BitOperations.TrailingZeroCount(places));
        var same = 0;
        for (var place = 0; place < Request.Count; place++)
        {
            if ((places & (1 << place)) != 0 && TagAt(place).SequenceEqual(first))
            {
                same |= 1 << place;
            }
        }

        return same;
    }

    private ReadOnlySpan<char> TagAt(int place)
    {
        var key = Request.Dimensions[place].Key;
        var tag = LimiterTag.Find(key);
        return key.AsSpan(tag.Start, tag.Length);
    }
}
