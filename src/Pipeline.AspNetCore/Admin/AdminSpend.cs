using Microsoft.AspNetCore.Http;
using Pipeline.Backends;
using Pipeline.Telemetry;

namespace Pipeline.Admin;

/// <summary>The endpoint of what was spent.</summary>
internal sealed class AdminSpend(ITelemetryReader reader, Func<string> currency, TimeProvider time)
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(1);

    public async Task GetAsync(HttpContext context)
    {
        var to = AdminQuery.Time(context, "to") ?? time.GetUtcNow();
        var from = AdminQuery.Time(context, "from") ?? to - Usual;
        if (to <= from)
        {
            throw AdminQuery.Refuse("'to' is not after 'from'. Give a later end.");
        }

        var query = Narrow(context, QueryOf(context, from, to));
        var report = await reader.SummarizeAsync(query, context.RequestAborted).ConfigureAwait(false);
        await AdminJson.WriteAsync(
            context,
            new SpendView(from, to, currency(), report.CompleteSince, report.IsTruncated, [.. report.Rows.Select(SpendRowView.Of)]),
            AdminJsonContext.Default.SpendView).ConfigureAwait(false);
    }

    private static TelemetryQuery QueryOf(HttpContext context, DateTimeOffset from, DateTimeOffset to) =>
        Name(context, "tenant") is { } tenant ? TelemetryQuery.ForTenant(tenant, from, to) : TelemetryQuery.AcrossTenants(from, to);

    private static TelemetryQuery Narrow(HttpContext context, TelemetryQuery query) => query with
    {
        Model = Name(context, "model"),
        Step = Name(context, "step"),
        GroupBy = GroupingOf(AdminQuery.Text(context, "by") ?? "tenant,model"),
        Interval = AdminQuery.Text(context, "interval") switch
        {
            null => null,
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            _ => throw AdminQuery.Refuse("'interval' is neither hour nor day. Give one of them, or leave it out."),
        },
        RowLimit = AdminQuery.Number(context, "limit", 1_000, 1, TelemetryQuery.MaxRowLimit),
    };

    private static string? Name(HttpContext context, string name) => AdminQuery.Text(context, name) is { } text && StoredName.FindProblem(text) is { } problem
        ? throw AdminQuery.Refuse($"'{name}': {problem}")
        : AdminQuery.Text(context, name);

    private static TelemetryGrouping GroupingOf(string by)
    {
        var grouping = TelemetryGrouping.None;
        foreach (var part in by.Split(','))
        {
            grouping |= part.Trim() switch
            {
                "tenant" => TelemetryGrouping.Tenant,
                "model" => TelemetryGrouping.Model,
                "step" => TelemetryGrouping.Step,
                _ => throw AdminQuery.Refuse("'by' is no list of tenant, model and step. Give one or more of them, with commas between."),
            };
        }

        return grouping;
    }
}
