using System.Globalization;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Quickstart.Answering;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows what the model answered, and what the cache and the limits did for it.</summary>
internal static class ModelView
{
    public static void WriteAnswer(IAnsiConsole console, ModelName model, StepResult<string> first, StepResult<string> again)
    {
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]{model.Label}:[/] {first.Value}");
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[grey]     first asked: {Describe(model, first)}. Asked again: {Describe(model, again)}.[/]");
    }

    public static void WriteTenants(IAnsiConsole console, ModelName model, IReadOnlyList<TenantOutcome> outcomes)
    {
        var table = new Table { Title = new TableTitle($"{model.Label}: two tenants ask at once"), Border = TableBorder.Rounded }
            .AddColumn("tenant").AddColumn(new TableColumn("answered").RightAligned()).AddColumn(new TableColumn("refused").RightAligned()).AddColumn("because");
        foreach (var outcome in outcomes)
        {
            table.AddRow(
                new Text(outcome.Tenant), new Text($"{outcome.Answered:N0}"), new Text($"{outcome.Refused:N0}"), new Text(outcome.Refusal?.Message ?? ""));
        }

        console.Write(table);
    }

    private static string Describe(ModelName model, StepResult<string> result)
    {
        var source = result.CacheOutcome == CacheOutcome.Hit ? "from the cache" : "by the model";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{source} in {result.Duration.TotalMilliseconds:N2} ms, {result.Usage.TotalInput + result.Usage.TotalOutput:N0} {model.Figures}tokens");
    }
}
