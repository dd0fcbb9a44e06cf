using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.Diagnostics;

/// <summary>Whether calls of the last day had no known price, and by which models. The records may be in a store.</summary>
internal sealed class TelemetryUnpricedCheck(SuiteFacts suite) : SuiteCheck(suite, "telemetry.unpriced", usesNetwork: true)
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);

    protected override async ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var prices = TelemetryRegistration.ReadOptions(Suite.Services, Suite.Registry).Prices;
        if (prices.Models.Count == 0)
        {
            return DoctorResult.Ok("There are no prices, so that none is missed.");
        }

        var now = Suite.Time.GetUtcNow();
        try
        {
            var query = TelemetryQuery.AcrossTenants(now - Period, now.AddMinutes(1)) with { GroupBy = TelemetryGrouping.Model };
            var report = await Suite.GetRequired<ITelemetryReader>().SummarizeAsync(query, cancellationToken).ConfigureAwait(false);
            var unpriced = report.Rows.Where(static row => row.UnpricedCalls > 0).ToArray();
            return unpriced.Length == 0
                ? DoctorResult.Ok($"{Wording.Count(report.Rows.Sum(static row => row.Calls), "call")} of the last day, none without a price.")
                : DoctorResult.Warning(
                    $"{Wording.Count(unpriced.Sum(static row => row.UnpricedCalls), "call")} of the last day without a price, by {Wording.Names([.. unpriced.Select(static row => row.Model ?? "no model")])}.",
                    $"Give each of them its prices in {Suite.Setting($"{Sections.Telemetry}:{nameof(TelemetryOptions.Prices)}:{nameof(prices.Models)}")}, with a new {nameof(prices.Version)}.");
        }
        catch (BackendUnavailableException e)
        {
            return DoctorResult.Error($"{e.Backend} did not answer '{e.Operation}'.", $"Start {e.Backend}, or correct its address.");
        }
    }
}
