using System.Globalization;
using Pipeline.Learning;
using Pipeline.Telemetry;
using Quickstart.Answering;
using Quickstart.Ingestion;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows what the model used and cost, what the cache saved, and what was learned.</summary>
internal static class LedgerTables
{
    public static void Write(
        IAnsiConsole console,
        ModelName model,
        IReadOnlyList<TelemetryReportRow> costs,
        int recalled,
        IReadOnlyList<OutcomeStatistics> outcomes,
        QueueHome home)
    {
        console.Write(Costs(model, costs, home));
        console.Write(Learnings(recalled, outcomes));
    }

    /// <summary>What earlier questions have taught, each with the factors of its score.</summary>
    public static void WriteRecalled(IAnsiConsole console, IReadOnlyList<LearningMatch> matches)
    {
        foreach (var match in matches)
        {
            var score = match.Score;
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"[grey]     learned: {match.Learning.Record.Finding} (score {score.Total:0.00} = similarity {score.Similarity:0.00} x success {score.Success:0.00} x recency {score.Recency:0.00})[/]");
        }
    }

    private static Table Costs(ModelName model, IReadOnlyList<TelemetryReportRow> rows, QueueHome home)
    {
        var whose = home.IsShared ? " of all processes since this one began" : "";
        var table = Titled($"{model.Label}: tokens and money{whose}", "tenant", "calls", "from the cache", $"{model.Figures}tokens", $"{model.Figures}cost", $"{model.Figures}saving", "without a price");
        foreach (var row in rows)
        {
            var hits = row.Cache.GetValueOrDefault(CacheOutcome.Hit) + row.Cache.GetValueOrDefault(CacheOutcome.Shared);
            Add(table, row.Tenant ?? "", Number(row.Calls), Number(hits), Number(row.Usage.TotalInput + row.Usage.TotalOutput), Money(row.Cost), Money(row.CostAvoided), Number(row.UnpricedCalls));
        }

        return table;
    }

    private static Table Learnings(int recalled, IReadOnlyList<OutcomeStatistics> outcomes)
    {
        var table = Titled($"Learnings: {recalled:N0} recalled; outcomes by a simulated reader", "what was tried", "runs", "improved", "no change", "worse", "success rate");
        foreach (var row in outcomes)
        {
            var counts = row.Outcomes;
            var rate = counts.SuccessRate?.ToString("P0", CultureInfo.InvariantCulture) ?? "not judged";
            Add(table, $"{row.Step}: {row.Intervention}", Number(row.Runs), Number(counts.Improved), Number(counts.NoChange), Number(counts.Worse), rate);
        }

        return table;
    }

    private static Table Titled(string title, string first, params string[] figures)
    {
        var table = new Table { Title = new TableTitle(title), Border = TableBorder.Rounded }.AddColumn(first);
        foreach (var figure in figures)
        {
            table.AddColumn(new TableColumn(figure).RightAligned());
        }

        return table;
    }

    private static void Add(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Money(decimal amount) => amount.ToString("0.000000", CultureInfo.InvariantCulture);
}
