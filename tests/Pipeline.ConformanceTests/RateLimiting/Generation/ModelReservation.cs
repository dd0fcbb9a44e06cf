using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>A reservation as the sequence remembers it.</summary>
/// <param name="reservation">What the limiter gave.</param>
/// <param name="charges">The charge of each dimension that was charged or held, by its place.</param>
/// <param name="grantedAt">When it was granted.</param>
internal sealed class ModelReservation(RateLimitReservation reservation, IReadOnlyDictionary<int, BoundedCharge> charges, ModelMoment grantedAt)
{
    public RateLimitReservation Reservation { get; } = reservation;

    public IReadOnlyDictionary<int, BoundedCharge> Charges { get; } = charges;

    public ModelMoment GrantedAt { get; } = grantedAt;

    public bool IsEnded { get; set; }

    public RateLimitDimension[] Dimensions => Reservation.Request.Dimensions.ToArray();

    public bool HasEstimate { get; } =
        reservation.Request.Dimensions.ToArray().Any(dimension => dimension.IsEstimate && dimension.Rule.Kind != RateLimitRuleKind.Unlimited);

    public IEnumerable<BoundedCharge> Leases => Charges.Values.Where(charge => charge.Rule.Kind == RateLimitRuleKind.Concurrency);
}
