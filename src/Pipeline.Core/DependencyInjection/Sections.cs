namespace Pipeline.DependencyInjection;

/// <summary>The sections of a suite's configuration.</summary>
internal static class Sections
{
    public const string Queues = "Queues";
    public const string Steps = "Steps";
    public const string Chains = "Chains";
    public const string Workers = "Workers";

    public static readonly string[] All = [Queues, Steps, Chains, Workers];
}
