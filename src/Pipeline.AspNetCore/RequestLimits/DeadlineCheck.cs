using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.RequestLimits;

/// <summary>Whether requests end by themselves, and before a stopping host gives them up.</summary>
internal sealed class DeadlineCheck(IOptions<DeadlineOptions> options, IOptions<HostOptions> host) : EdgeDoctorCheck("http.deadlines")
{
    protected override DoctorResult Look()
    {
        var deadlines = options.Value;
        var grace = host.Value.ShutdownTimeout;
        if (deadlines.Default is not { } longest)
        {
            return DoctorResult.Warning(
                "Deadlines:Default is off: a request whose endpoint has no deadline may take for ever.",
                "Set Deadlines:Default to 120, and give the endpoints that need longer a deadline of their own with WithDeadline.");
        }

        longest = deadlines.Models.Values.Append(longest).Max();
        return grace != Timeout.InfiniteTimeSpan && longest > grace
            ? DoctorResult.Warning(
                $"A request may take {longest:c}, and a host that is told to stop gives requests up after {grace:c} (HostOptions.ShutdownTimeout).",
                $"Set HostOptions.ShutdownTimeout to {longest:c} or more, and the orchestrator's grace time above it; or lower Deadlines:Default and Deadlines:Models.")
            : DoctorResult.Ok($"A request may take {longest:c} at most unless its endpoint says otherwise, and a stopping host waits {grace:c}.");
    }
}
