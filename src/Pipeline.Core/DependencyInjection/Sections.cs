namespace Pipeline.DependencyInjection;

/// <summary>The sections of a suite's configuration.</summary>
internal static class Sections
{
    public const string Queues = "Queues";
    public const string Steps = "Steps";
    public const string Chains = "Chains";
    public const string Workers = "Workers";
    public const string Caching = "Caching";
    public const string RateLimiting = "RateLimiting";
    public const string Learning = "Learning";
    public const string Telemetry = "Telemetry";

    public static readonly string[] All = [Queues, Steps, Chains, Workers, Caching, RateLimiting, Learning, Telemetry];

    /// <summary>Those of the suite as a whole: their settings stand in them directly, not by the names of items.</summary>
    public static readonly string[] Single = [Caching, RateLimiting, Learning, Telemetry];
}
