using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Whether the suite would start: all that the start checks, and of the items all that are wrong rather than the first.</summary>
internal sealed class ConfigurationCheck(SuiteFacts suite) : SuiteCheck(suite, Topic)
{
    public const string Topic = "configuration.valid";

    public static DoctorResult Look(SuiteFacts suite)
    {
        var (registry, services) = (suite.Registry, suite.Services);
        var findings = new Findings();
        HashSet<string> told = new(StringComparer.Ordinal);
        Try(findings, told, "The suite", () => new PipelineStarter(registry, services).Check());

        // The start ends with the first problem; these have problems of their own.
        Try(findings, told, Sections.Caching, () => CachingRegistration.ReadOptions(services, registry));
        Try(findings, told, Sections.RateLimiting, () => RateLimitRuleRegistration.CreateRules(services, registry));
        Try(findings, told, Sections.Learning, () => LearningRegistration.Check(services, registry));
        Try(findings, told, Sections.Telemetry, () => TelemetryRegistration.Check(services, registry));
        foreach (var item in registry.Items)
        {
            Try(findings, told, $"'{item.Name}' in {item.Section}", () => item.Check(services));
        }

        return findings.ToResult(Summary(registry));
    }

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken) => new(Look(Suite));

    private static void Try(Findings findings, HashSet<string> told, string what, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e) when (ConfigurationProblem.Is(e))
        {
            foreach (var (summary, mend) in ConfigurationProblem.Split(e))
            {
                if (told.Add(summary))
                {
                    findings.Fail(summary, mend);
                }
            }
        }
#pragma warning disable CA1031 // What a constructor of the host's throws is found here as at start, but its message may hold what is secret.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (told.Add(e.GetType().Name))
            {
                findings.Fail($"{what} cannot be made: {e.GetType().Name}.", "Start the application to see the exception, and mend what it names.");
            }
        }
    }

    private static string Summary(PipelineRegistry registry)
    {
        var items = registry.Items.ToLookup(static item => item.Section, StringComparer.Ordinal);
        return $"{Wording.Count(items[Sections.Queues].Count(), "queue")}, {Wording.Count(items[Sections.Workers].Count(), "worker")}, "
            + $"{Wording.Count(items[Sections.Steps].Count(), "step")} and {Wording.Count(items[Sections.Chains].Count(), "chain")} can be made as declared and configured.";
    }
}
