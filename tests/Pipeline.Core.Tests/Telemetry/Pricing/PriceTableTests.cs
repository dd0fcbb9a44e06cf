using System.Globalization;
using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class PriceTableTests
{
    private static readonly TokenUsage OneOfEach = new() { UncachedInput = 1, CachedInput = 1, CacheWrite = 1, Output = 1, Reasoning = 1 };

    [Theory]
    [InlineData(1, 0, 0, 0, 0, "0.000002")]
    [InlineData(0, 1, 0, 0, 0, "0.0000005")]
    [InlineData(0, 0, 1, 0, 0, "0.0000025")]
    [InlineData(0, 0, 0, 1, 0, "0.000008")]
    [InlineData(0, 0, 0, 0, 1, "0.000009")]
    [InlineData(1, 1, 1, 1, 1, "0.000022")]
    [InlineData(1_000_000, 0, 0, 0, 0, "2")]
    [InlineData(0, 0, 0, 0, 0, "0")]
    public void Each_kind_of_token_has_its_own_price(long uncached, long cached, long write, long output, long reasoning, string cost)
    {
        var usage = new TokenUsage { UncachedInput = uncached, CachedInput = cached, CacheWrite = write, Output = output, Reasoning = reasoning };

        Prices.Table.TryPrice("big", usage, out var priced).Should().BeTrue();

        priced.ToString(CultureInfo.InvariantCulture).Should().Be(cost, "no zeros stand at its end");
    }

    [Fact]
    public void What_no_provider_charges_more_for_has_the_price_of_its_like()
    {
        Prices.Table.TryPrice("small", new TokenUsage { CachedInput = 1_000_000 }, out var cached).Should().BeTrue();
        Prices.Table.TryPrice("small", new TokenUsage { Reasoning = 1_000_000 }, out var reasoning).Should().BeTrue();

        cached.Should().Be(0.15m);
        reasoning.Should().Be(0.6m);
    }

    [Fact]
    public void A_kind_of_token_without_a_price_is_not_guessed()
    {
        Prices.Table.TryPrice("small", new TokenUsage { UncachedInput = 5, CacheWrite = 1 }, out var cost).Should().BeFalse("writing costs more than reading");
        cost.Should().Be(0);
        Prices.Table.TryPrice("embed", new TokenUsage { Output = 1 }, out _).Should().BeFalse();
        Prices.Table.TryPrice("embed", new TokenUsage { Reasoning = 1 }, out _).Should().BeFalse();
        Prices.Table.TryPrice("embed", new TokenUsage { UncachedInput = 1 }, out _).Should().BeTrue("what was not used needs no price");
    }

    [Theory]
    [InlineData("big")]
    [InlineData("BIG")]
    [InlineData("big-2024-08-06")]
    [InlineData("Big-20240806")]
    public void A_model_is_found_by_its_name_and_by_its_name_with_a_date(string model) =>
        Prices.Table.TryPrice(model, OneOfEach, out _).Should().BeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("bi")]
    [InlineData("big-mini")]
    [InlineData("big-2")]
    [InlineData("big-latest")]
    [InlineData("big-2024-13-06")]
    [InlineData("big-2024-00-06")]
    [InlineData("big-2024-08-32")]
    [InlineData("big-1999-08-06")]
    [InlineData("big-2024-0806")]
    [InlineData("big-20241306")]
    [InlineData("big-2024080")]
    [InlineData("big-202408061")]
    [InlineData("big20240806")]
    [InlineData("big-2024-08-06-mini")]
    [InlineData("big-2024-08-06-20240806")]
    [InlineData("-20240806")]
    [InlineData("other/big")]
    [InlineData("big-２0240806")]
    public void No_other_likeness_counts(string model)
    {
        Prices.Table.TryPrice(model, OneOfEach, out var cost).Should().BeFalse();
        cost.Should().Be(0);
    }

    [Fact]
    public void A_variant_that_has_prices_of_its_own_has_those()
    {
        var options = Prices.Options();
        options.Models["big-2024-08-06"] = new ModelPrices { Input = 100 };

        new PriceTable(options).TryPrice("big-2024-08-06", new TokenUsage { UncachedInput = 1_000_000 }, out var cost).Should().BeTrue();

        cost.Should().Be(100);
    }

    [Fact]
    public void The_greatest_cost_is_that_of_a_record()
    {
        var options = Prices.Options();
        options.Models["dear"] = new ModelPrices { Input = 1_000_000 };
        var table = new PriceTable(options);

        table.TryPrice("dear", new TokenUsage { UncachedInput = 1_000_000_000 }, out var most).Should().BeTrue();
        most.Should().Be(TelemetryRecord.MaxCost);
        table.TryPrice("dear", new TokenUsage { UncachedInput = 1_000_000_001 }, out _).Should().BeFalse();
        table.TryPrice("dear", new TokenUsage { UncachedInput = long.MaxValue, CachedInput = long.MaxValue }, out _).Should().BeFalse("nothing overflows");
    }

    [Fact]
    public void The_least_price_is_exact()
    {
        var options = Prices.Options();
        options.Models["cheap"] = new ModelPrices { Input = 0.000001m };

        new PriceTable(options).TryPrice("cheap", new TokenUsage { UncachedInput = 1 }, out var cost).Should().BeTrue();

        cost.Should().Be(0.000000000001m);
    }

    [Fact]
    public void The_prices_are_copied()
    {
        var options = Prices.Options();
        var table = new PriceTable(options);
        options.Models["big"].Input = 1_000;
        options.Models.Clear();

        table.TryPrice("big", new TokenUsage { UncachedInput = 1_000_000 }, out var cost).Should().BeTrue();
        cost.Should().Be(2);
        table.Version.Should().Be("2030-01");
        table.Currency.Should().Be("USD");
        table.Models.Should().BeEquivalentTo("big", "small", "embed");
    }

    [Fact]
    public void To_price_allocates_nothing()
    {
        Run(Prices.Table);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(Prices.Table);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static void Run(PriceTable table)
    {
        for (var i = 1; i < 1_000; i++)
        {
            if (!table.TryPrice("big-2024-08-06", OneOfEach, out _) || table.TryPrice("big-mini", OneOfEach, out _))
            {
                throw new InvalidOperationException("The prices are wrong.");
            }
        }
    }
}
