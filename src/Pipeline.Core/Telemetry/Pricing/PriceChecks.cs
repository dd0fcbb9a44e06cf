using System.Globalization;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Finds what is wrong with prices.</summary>
internal static class PriceChecks
{
    private const decimal MaxPrice = 1_000_000m;
    private const int MaxDecimals = 6;

    /// <summary>Checks the prices of a table.</summary>
    /// <param name="options">The prices.</param>
    /// <param name="problems">Collects what is wrong.</param>
    /// <param name="prefix">What stands before the names of the settings.</param>
    public static void Check(PriceTableOptions options, OptionProblems problems, string prefix)
    {
        if (options.IsEmpty)
        {
            return;
        }

        problems.Name(options.Version, $"{prefix}{nameof(options.Version)}");
        problems.Require(
            options.Currency is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper),
            $"{prefix}{nameof(options.Currency)} is '{options.Currency}'. Give an ISO 4217 code of three capital letters, such as USD.");
        problems.Require(
            options.Models is { Count: > 0 },
            $"{prefix}{nameof(options.Models)} is empty. Give at least one model its prices, or leave out the version as well.");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (model, prices) in options.Models ?? new Dictionary<string, ModelPrices>(StringComparer.Ordinal))
        {
            var setting = $"{prefix}{nameof(options.Models)}:{model}";
            problems.Name(model, setting);
            problems.Require(seen.Add(model), $"{setting} is there twice, in other letter case. Leave one of them out.");
            Check(prices, problems, setting);
        }
    }

    private static void Check(ModelPrices? prices, OptionProblems problems, string setting)
    {
        problems.Require(
            prices?.Input is not null, $"{setting} has no price for {nameof(prices.Input)}. Give one, or 0 where input is free.");
        Check(prices?.Input, problems, $"{setting}:{nameof(prices.Input)}");
        Check(prices?.CachedInput, problems, $"{setting}:{nameof(prices.CachedInput)}");
        Check(prices?.CacheWrite, problems, $"{setting}:{nameof(prices.CacheWrite)}");
        Check(prices?.Output, problems, $"{setting}:{nameof(prices.Output)}");
        Check(prices?.Reasoning, problems, $"{setting}:{nameof(prices.Reasoning)}");
    }

    private static void Check(decimal? price, OptionProblems problems, string setting)
    {
        if (price is { } amount)
        {
            problems.Range(amount, 0m, MaxPrice, setting, "for a million tokens");
            problems.Require(
                decimal.Round(amount, MaxDecimals) == amount,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{setting} is {amount}, which has more than {MaxDecimals} decimal places. Round the price of a million tokens to {MaxDecimals}."));
        }
    }
}
