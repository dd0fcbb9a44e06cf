using Pipeline.Telemetry;

namespace Pipeline.Admin;

/// <summary>What one group of calls cost. Money is exact.</summary>
internal sealed record SpendRowView(
    string? Tenant,
    string? Model,
    string? Step,
    DateTimeOffset? From,
    long Calls,
    long UnpricedCalls,
    decimal Cost,
    decimal CostAvoided,
    long InputTokens,
    long OutputTokens)
{
    public static SpendRowView Of(TelemetryReportRow row) => new(
        row.Tenant, row.Model, row.Step, row.IntervalStart, row.Calls, row.UnpricedCalls, row.Cost, row.CostAvoided, row.Usage.TotalInput, row.Usage.TotalOutput);
}
