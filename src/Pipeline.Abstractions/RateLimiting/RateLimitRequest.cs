using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>What one decision is about: from 1 to 16 dimensions, of which all are taken or none is.</summary>
/// <remarks>
/// Immutable. A request of one dimension allocates nothing and converts from it implicitly; one of several copies them into an array, so
/// keep it where it stays the same.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly struct RateLimitRequest
{
    /// <summary>The greatest number of dimensions: 16.</summary>
    public const int MaxDimensions = 16;

    private readonly RateLimitDimension _single;
    private readonly RateLimitDimension[]? _several;

    /// <summary>Makes a request of one dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <exception cref="ArgumentException"><paramref name="dimension"/> is a default value.</exception>
    public RateLimitRequest(RateLimitDimension dimension)
    {
        ThrowIfDefault(dimension, nameof(dimension));
        _single = dimension;
    }

    /// <summary>Makes a request of several dimensions.</summary>
    /// <param name="dimensions">
    /// From 1 to <see cref="MaxDimensions"/> dimensions, which no two share their state (the same key under rules with the same
    /// <see cref="RateLimitRule.StateId"/>).
    /// </param>
    /// <exception cref="ArgumentException">There are none or too many, one is a default value, or two share their state.</exception>
    public RateLimitRequest(params ReadOnlySpan<RateLimitDimension> dimensions)
    {
        if (dimensions.Length is 0 or > MaxDimensions)
        {
            throw new ArgumentException($"The request has {dimensions.Length} dimensions. Give 1 to {MaxDimensions}.", nameof(dimensions));
        }

        for (var i = 0; i < dimensions.Length; i++)
        {
            ThrowIfDefault(dimensions[i], nameof(dimensions));
            ThrowIfRepeated(dimensions, i);
        }

        if (dimensions.Length == 1)
        {
            _single = dimensions[0];
        }
        else
        {
            _several = dimensions.ToArray();
        }
    }

    /// <summary>The number of dimensions; 0 only for a default value, which no limiter accepts.</summary>
    public int Count => _several?.Length ?? (_single.Rule is null ? 0 : 1);

    /// <summary>The dimensions, without a copy.</summary>
    public ReadOnlySpan<RateLimitDimension> Dimensions
    {
        [UnscopedRef]
        get => _several ?? (_single.Rule is null ? [] : new ReadOnlySpan<RateLimitDimension>(in _single));
    }

    /// <summary>
    /// Whether a grant comes with a <see cref="RateLimitReservation"/>: a dimension has an estimate to settle, or a lease to give back.
    /// Dimensions without a limit need none.
    /// </summary>
    public bool NeedsReservation
    {
        get
        {
            foreach (ref readonly var dimension in Dimensions)
            {
                var holdsLease = dimension.Rule.Kind == RateLimitRuleKind.Concurrency && dimension.Cost > 0;
                if (holdsLease || (dimension.IsEstimate && dimension.Rule.Kind != RateLimitRuleKind.Unlimited))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Makes a request of one dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <exception cref="ArgumentException"><paramref name="dimension"/> is a default value.</exception>
    public static implicit operator RateLimitRequest(RateLimitDimension dimension) => new(dimension);

    /// <summary>Throws if a request is a default value: the check of a limiter's methods.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="ArgumentException"><paramref name="request"/> has no dimensions.</exception>
    public static void ThrowIfEmpty(RateLimitRequest request)
    {
        if (request.Count == 0)
        {
            throw new ArgumentException("The request is a default value without dimensions. Give at least one.", nameof(request));
        }
    }

    private static void ThrowIfDefault(in RateLimitDimension dimension, string argument)
    {
        if (dimension.Rule is null)
        {
            throw new ArgumentException("The dimension is a default value. Make it with a key and a rule.", argument);
        }
    }

    private static void ThrowIfRepeated(ReadOnlySpan<RateLimitDimension> dimensions, int last)
    {
        ref readonly var dimension = ref dimensions[last];
        if (dimension.Rule.Kind == RateLimitRuleKind.Unlimited)
        {
            return;
        }

        foreach (ref readonly var other in dimensions[..last])
        {
            if (string.Equals(other.Key, dimension.Key, StringComparison.Ordinal)
                && string.Equals(other.Rule.StateId, dimension.Rule.StateId, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"Two dimensions share one state: the same key under the rules '{other.Rule.Name}' and '{dimension.Rule.Name}'. "
                    + "Give them different keys, or one dimension with the sum.",
                    nameof(dimensions));
            }
        }
    }
}
