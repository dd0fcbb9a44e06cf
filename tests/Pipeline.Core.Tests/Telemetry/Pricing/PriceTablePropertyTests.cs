using System.Numerics;
using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>Costs are exact: against arithmetic without bounds, and in whatever parts they are added up.</summary>
public sealed class PriceTablePropertyTests
{
    private const int Tables = 200;
    private const int Calls = 20;

    [Fact]
    public void A_cost_is_the_exact_sum_of_tokens_times_price_however_it_is_split()
    {
        var random = new Random(20300101);
        for (var t = 0; t < Tables; t++)
        {
            var prices = RandomPrices(random);
            var table = new PriceTable(new PriceTableOptions { Version = "1", Models = { ["m"] = prices } });
            var sumOfUsage = default(TokenUsage);
            var sumOfCosts = 0m;
            for (var c = 0; c < Calls; c++)
            {
                var usage = RandomUsage(random);
                table.TryPrice("m", usage, out var cost).Should().BeTrue();
                UnitsOf(cost).Should().Be(Expected(prices, usage));
                cost.Scale.Should().BeLessThanOrEqualTo((byte)TelemetryRecord.MaxCostDecimals);
                sumOfUsage += usage;
                sumOfCosts += cost;
            }

            table.TryPrice("m", sumOfUsage, out var whole).Should().BeTrue();
            whole.Should().Be(sumOfCosts, "the cost of the sum is the sum of the costs");
        }
    }

    private static ModelPrices RandomPrices(Random random) => new()
    {
        Input = RandomPrice(random),
        CachedInput = RandomPrice(random),
        CacheWrite = RandomPrice(random),
        Output = RandomPrice(random),
        Reasoning = RandomPrice(random),
    };

    private static decimal RandomPrice(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => random.Next(100),
        2 => new decimal(random.Next(), 0, 0, isNegative: false, 6),
        _ => new decimal(random.Next(1, 10), 0, 0, isNegative: false, (byte)random.Next(7)),
    };

    private static TokenUsage RandomUsage(Random random) => new()
    {
        UncachedInput = RandomCount(random),
        CachedInput = RandomCount(random),
        CacheWrite = RandomCount(random),
        Output = RandomCount(random),
        Reasoning = RandomCount(random),
    };

    private static long RandomCount(Random random) => random.Next(3) switch
    {
        0 => 0,
        1 => random.Next(10_000),
        _ => random.NextInt64(1_000_000_000),
    };

    private static BigInteger Expected(ModelPrices prices, TokenUsage usage) =>
        (usage.UncachedInput * PicosOf(prices.Input))
        + (usage.CachedInput * PicosOf(prices.CachedInput))
        + (usage.CacheWrite * PicosOf(prices.CacheWrite))
        + (usage.Output * PicosOf(prices.Output))
        + (usage.Reasoning * PicosOf(prices.Reasoning));

    // For one token, in millionths of a millionth.
    private static BigInteger PicosOf(decimal? price) => UnitsOf(price!.Value) / 1_000_000;

    private static BigInteger UnitsOf(decimal amount)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(amount, bits);
        var digits = (new BigInteger((uint)bits[2]) << 64) + (new BigInteger((uint)bits[1]) << 32) + (uint)bits[0];
        return digits * BigInteger.Pow(10, TelemetryRecord.MaxCostDecimals - amount.Scale);
    }
}
