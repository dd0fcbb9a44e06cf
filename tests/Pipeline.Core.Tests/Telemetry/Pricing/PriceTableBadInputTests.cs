using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>What is wrong with prices is told by the setting, with the mend.</summary>
public sealed class PriceTableBadInputTests
{
    [Fact]
    public void Nothing_at_all_is_no_table()
    {
        FluentActions.Invoking(() => new PriceTable(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new PriceTable(new PriceTableOptions())).Should().Throw<ArgumentException>().WithMessage("*Give the table a version*");
        FluentActions.Invoking(() => Prices.Table.TryPrice(null!, default, out _)).Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a\nb")]
    public void A_version_is_a_name(string? version) => Fails(options => options.Version = version!).WithMessage("*Version*");

    [Theory]
    [InlineData("")]
    [InlineData("usd")]
    [InlineData("US")]
    [InlineData("USDT")]
    [InlineData("€")]
    [InlineData(null)]
    public void A_currency_is_a_code(string? currency) => Fails(options => options.Currency = currency!).WithMessage("*Currency*ISO 4217*");

    [Fact]
    public void A_version_without_a_model_prices_nothing()
    {
        Fails(options => options.Models.Clear()).WithMessage("*Models is empty*");
        Fails(options => options.Models = null!).WithMessage("*Models is empty*");
    }

    [Fact]
    public void A_model_has_a_price_for_its_input()
    {
        Fails(options => options.Models["new"] = new ModelPrices()).WithMessage("*Models:new has no price for Input*0 where input is free*");
        Fails(options => options.Models["new"] = new ModelPrices { Output = 1 }).WithMessage("*Models:new has no price for Input*");
        Fails(options => options.Models["new"] = null!).WithMessage("*Models:new has no price for Input*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    public void A_model_has_a_name(string model) => Fails(options => options.Models[model] = new ModelPrices { Input = 1 }).WithMessage("*Models:*");

    [Fact]
    public void A_model_stands_there_once_in_whatever_case()
    {
        var options = new PriceTableOptions { Version = "1", Models = new Dictionary<string, ModelPrices>(StringComparer.Ordinal) };
        options.Models["gpt"] = new ModelPrices { Input = 1 };
        options.Models["GPT"] = new ModelPrices { Input = 2 };

        FluentActions.Invoking(() => new PriceTable(options)).Should().Throw<ArgumentException>().WithMessage("*GPT is there twice, in other letter case*");
    }

    [Theory]
    [InlineData("-0.000001", "from 0 to 1000000")]
    [InlineData("-79228162514264337593543950335", "from 0 to 1000000")]
    [InlineData("1000000.000001", "from 0 to 1000000")]
    [InlineData("79228162514264337593543950335", "from 0 to 1000000")]
    [InlineData("0.0000001", "more than 6 decimal places")]
    [InlineData("0.1234567890123", "more than 6 decimal places")]
    public void A_price_has_bounds_and_places(string price, string problem)
    {
        var amount = decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture);
        Fails(options => options.Models["new"] = new ModelPrices { Input = amount }).WithMessage($"*Models:new:Input is {price}*{problem}*");
        Fails(options => options.Models["big"].CachedInput = amount).WithMessage($"*Models:big:CachedInput is {price}*{problem}*");
        Fails(options => options.Models["big"].CacheWrite = amount).WithMessage($"*Models:big:CacheWrite is {price}*{problem}*");
        Fails(options => options.Models["big"].Output = amount).WithMessage($"*Models:big:Output is {price}*{problem}*");
        Fails(options => options.Models["big"].Reasoning = amount).WithMessage($"*Models:big:Reasoning is {price}*{problem}*");
    }

    [Fact]
    public void Zeros_at_the_end_are_no_decimal_places()
    {
        var options = Prices.Options();
        options.Models["big"].Input = 0.1500000000000m;

        FluentActions.Invoking(() => new PriceTable(options)).Should().NotThrow();
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Fails(Action<PriceTableOptions> spoil)
    {
        var options = Prices.Options();
        spoil(options);
        return FluentActions.Invoking(() => new PriceTable(options)).Should().Throw<ArgumentException>();
    }
}
