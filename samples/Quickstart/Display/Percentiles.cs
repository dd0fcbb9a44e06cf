namespace Quickstart.Display;

/// <summary>Percentiles by nearest rank: each is a time that was measured.</summary>
internal sealed record Percentiles(int Count, TimeSpan P50, TimeSpan P95, TimeSpan P99)
{
    public static Percentiles Of(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return new Percentiles(sorted.Length, At(0.50), At(0.95), At(0.99));

        TimeSpan At(double share) => sorted.Length == 0 ? TimeSpan.Zero : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
