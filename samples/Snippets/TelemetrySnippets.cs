using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Telemetry;

namespace Snippets;

internal static class TelemetrySnippets
{
    public static async Task ReportAsync(ITelemetryReader reader, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        // snippet: telemetry-report
        var month = TelemetryQuery.ForTenant("acme", from, to) with { GroupBy = TelemetryGrouping.Step | TelemetryGrouping.Model, Interval = TimeSpan.FromDays(1) };
        var report = await reader.SummarizeAsync(month, ct);
        foreach (var row in report.Rows)
        {
            Console.WriteLine($"{row.IntervalStart:d} {row.Step} {row.Model}: {row.Calls} calls, {row.Cost} for {row.Usage.Total} tokens, 99 % under {row.Durations.P99}");
        }
        // end snippet
    }

    public static void Correct(ITelemetrySink sink, TelemetryRecord record, DateTimeOffset now)
    {
        // snippet: telemetry-correct
        sink.TryEmit(record with { Id = Guid.CreateVersion7(now), Time = now, CorrectionOf = record.Id, Cost = -0.02m, CostAvoided = 0, Usage = default });
        // end snippet
    }

    public static void AddStore(IServiceCollection services, IConfiguration configuration)
    {
        // snippet: telemetry-store
        services.AddPipeline(configuration.GetSection("Pipeline"))
            .AddTelemetryStore(_ => new MyTelemetryStore());
        // end snippet
    }

    public static async Task EraseAsync(TelemetrySinks sinks, CancellationToken ct)
    {
        // snippet: telemetry-erase
        foreach (var sink in sinks)
        {
            var erased = await (sink.GetCapability<ITelemetryErasure>()?.ForgetTenantAsync("acme", ct) ?? throw new NotSupportedException($"Erase at '{sink.Name}' itself."));
            Console.WriteLine($"{sink.Name}: {erased} records of acme erased");
        }
        // end snippet
    }

    private sealed class MyTelemetryStore : ITelemetryStore
    {
        public string Name => "mine";

        public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) => default;
    }
}
