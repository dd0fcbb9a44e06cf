using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.RequestLimits;

namespace Pipeline.Health;

/// <summary>Whether the host's time to shut down has room for the wait before the stop, and for the requests in flight after it.</summary>
internal sealed class DrainingDoctorCheck(IServiceProvider services) : EdgeDoctorCheck("http.draining")
{
    protected override DoctorResult Look()
    {
        var wait = services.GetRequiredService<IOptions<DrainingOptions>>().Value.PreStopWait;
        var shutdown = services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
        var findings = new DoctorFindings();
        if (shutdown != Timeout.InfiniteTimeSpan && wait >= shutdown)
        {
            findings.Fail(
                Text($"Draining:PreStopWait, {wait}, takes all of the host's ShutdownTimeout, {shutdown}: requests in flight are cut off."),
                Text($"Set HostOptions.ShutdownTimeout to more than {wait}, for instance to {wait + TimeSpan.FromSeconds(30)}, or lower Draining:PreStopWait."));
        }
        else if (services.GetRequiredService<IOptions<DeadlineOptions>>().Value.Default is { } deadline
            && shutdown != Timeout.InfiniteTimeSpan && deadline <= shutdown && wait + deadline > shutdown)
        {
            findings.Warn(
                Text($"A request may take {deadline}, and after Draining:PreStopWait, {wait}, the host's ShutdownTimeout, {shutdown}, leaves it {shutdown - wait}."),
                Text($"Set HostOptions.ShutdownTimeout to {wait + deadline} or more, and the orchestrator's grace time above it."));
        }

        if (wait == TimeSpan.Zero && (services.GetService<IHostEnvironment>()?.IsProduction() ?? false))
        {
            findings.Warn(
                "The server stops accepting as soon as it is told to stop, before a load balancer can notice that it is not ready.",
                "Set Draining:PreStopWait of the edge's section to the time that the load balancer takes, for instance to 00:00:05 in Kubernetes.");
        }

        return findings.ToResult(Text($"After {wait} of draining, requests in flight have what is left of {shutdown}."));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
