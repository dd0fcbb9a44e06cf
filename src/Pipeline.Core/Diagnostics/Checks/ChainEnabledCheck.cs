using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Diagnostics;

/// <summary>Whether a chain is turned off, so that its queue fills up.</summary>
internal sealed class ChainEnabledCheck(SuiteFacts suite) : SuiteCheck(suite, "chain.enabled")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var chains = Suite.Chains;
        foreach (var (name, _) in chains.Where(static chain => !chain.Options.Enabled))
        {
            var workers = Suite.Registry.Items.OfType<WorkerRegistration>()
                .Where(worker => worker.Handler is (Sections.Chains, { } chain) && string.Equals(chain, name, StringComparison.Ordinal))
                .Select(static worker => worker.Queue)
                .ToArray();
            var effect = workers.Length == 0 ? "its items are not processed" : $"nothing is received from {Wording.Names(workers)}";
            findings.Warn($"Chain '{name}' is not enabled: {effect}.", Suite.Set($"{Sections.Chains}:{name}:{nameof(ChainOptions.Enabled)}", "true"));
        }

        return new(findings.ToResult($"{Wording.Count(chains.Count, "chain")}, all enabled."));
    }
}
