namespace Pipeline.Conformance.Telemetry.Generation;

/// <summary>Sums that neither round nor overflow.</summary>
internal static class Int128Sums
{
    public static Int128 Sum<T>(this IEnumerable<T> items, Func<T, Int128> number) =>
        items.Aggregate(Int128.Zero, (sum, item) => checked(sum + number(item)));
}
