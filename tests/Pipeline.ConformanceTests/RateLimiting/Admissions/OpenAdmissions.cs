using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Admissions;

/// <summary>A reservation with the lines of the log that its end will change. One caller at a time has it.</summary>
internal sealed record OpenAdmissions(RateLimitReservation Reservation, IReadOnlyList<Admission> Admissions)
{
    public void WriteSettled(long[] costs, long orderBegan)
    {
        foreach (var (place, one) in Admissions.Index())
        {
            one.EndingBegan = orderBegan;
            if (Reservation.Request.Dimensions[place].IsEstimate)
            {
                one.GivenBack = Math.Max(0, one.Amount - costs[place]);
            }
        }
    }

    public void WriteReleased(long orderBegan)
    {
        foreach (var one in Admissions)
        {
            one.EndingBegan = orderBegan;
        }
    }

    public void WriteRenewed(TimeSpan began)
    {
        foreach (var one in Admissions)
        {
            one.HeldUntil = began + one.Rule.Window;
        }
    }
}
