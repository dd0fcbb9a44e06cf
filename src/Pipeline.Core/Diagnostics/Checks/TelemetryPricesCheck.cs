using System.Globalization;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.Diagnostics;

/// <summary>Whether the models that steps name have prices, and prices of this year.</summary>
internal sealed class TelemetryPricesCheck(SuiteFacts suite) : SuiteCheck(suite, "telemetry.prices")
{
    public const int OldDays = 180;

    private const string Setting = $"{Sections.Telemetry}:{nameof(TelemetryOptions.Prices)}";

    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyy-MM", "yyyyMMdd", "yyyy.MM.dd"];

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var prices = TelemetryRegistration.ReadOptions(Suite.Services, Suite.Registry).Prices;
        var named = Suite.Steps.Where(static step => step.Traits.NamesModel).Select(static step => step.Name).ToArray();
        if (prices.Models.Count == 0)
        {
            return new(named.Length == 0
                ? DoctorResult.Ok("No step names a model, and there are no prices.")
                : DoctorResult.Warning(
                    $"{Wording.Count(named.Length, "step")} with a model and no prices ({Wording.Names(named)}): what their calls cost is not known.",
                    $"Give {Suite.Setting(Setting)} a Version and, under Models, the prices of each model for a million tokens."));
        }

        var summary = $"{Wording.Count(prices.Models.Count, "model")} with prices of version '{prices.Version}'";
        var isDate = DateOnly.TryParseExact(prices.Version, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        var age = DateOnly.FromDateTime(Suite.Time.GetUtcNow().UtcDateTime).DayNumber - date.DayNumber;
        return new(isDate && age > OldDays
            ? DoctorResult.Warning(
                $"{summary}, which are {Wording.Number(age)} days old.",
                $"Compare {Suite.Setting($"{Setting}:{nameof(prices.Models)}")} with the providers' prices, and set {nameof(prices.Version)} to the day you did.")
            : DoctorResult.Ok($"{summary}."));
    }
}
