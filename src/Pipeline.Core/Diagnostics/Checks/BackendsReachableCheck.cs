using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>Whether every backend that is configured answers.</summary>
internal sealed class BackendsReachableCheck(Func<IEnumerable<IBackendProbe>> find) : BuiltInCheck("backend.reachable", usesNetwork: true)
{
    protected override async ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var probes = find().ToArray();
        var findings = new Findings();
        var problems = await Task.WhenAll(probes.Select(probe => ProbeAsync(probe, cancellationToken))).ConfigureAwait(false);
        foreach (var (probe, problem) in probes.Zip(problems).Where(static pair => pair.Second is not null))
        {
            var mend = $"Start {probe.Backend}, or correct its address; see that the network lets this machine through to it.";
            if (probe.Requirement == StartupCheck.Warn)
            {
                findings.Warn($"{probe.Backend} does not answer ({problem}); its roles answer as they do in an outage.", mend);
            }
            else
            {
                findings.Fail($"{probe.Backend} does not answer ({problem}), which stops the start.", mend);
            }
        }

        return findings.ToResult(probes.Length == 0 ? "No backend is configured." : $"{Wording.Count(probes.Length, "backend")} answered.");
    }

    // Of whatever a client throws, the type alone can be told: its message may hold the connection string.
    private static async Task<string?> ProbeAsync(IBackendProbe probe, CancellationToken cancellationToken)
    {
        try
        {
            await probe.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Each backend is told of, however its client fails.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return (e.InnerException ?? e).GetType().Name;
        }
    }
}
