namespace Pipeline.Metrics;

/// <summary>The files of <c>docs/observability</c>, which the build puts beside the tests.</summary>
internal static class Shipped
{
    public static string File(string name) => Path.Combine(AppContext.BaseDirectory, "observability", name);
}
