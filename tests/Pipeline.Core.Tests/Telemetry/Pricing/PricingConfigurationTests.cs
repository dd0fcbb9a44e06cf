using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>Prices from <c>Telemetry:Prices</c> and from code.</summary>
public sealed class PricingConfigurationTests
{
    private const string Good = """
        { "Telemetry": { "Prices": { "Version": "2030-01", "Currency": "EUR", "Models": { "gpt-4.1": { "Input": 2, "CachedInput": "0.5", "Output": 8.000001 } } } } }
        """;

    [Fact]
    public async Task They_come_from_configuration_and_the_code_wins()
    {
        await using var services = Suite.Build(
            suite => suite.ConfigurePrices(prices =>
            {
                prices.Version = "mine";
                prices.Models["GPT-4.1"].Output = 1;
                prices.Models["llama3:8b"] = new ModelPrices { Input = 0, Output = 0 };
            }),
            Suite.ConfigureJson(Good));

        await services.StartPipelineAsync();
        var table = services.GetRequiredService<UsageMeter>().Prices!;
        table.Version.Should().Be("mine");
        table.Currency.Should().Be("EUR");
        table.TryPrice("gpt-4.1", new TokenUsage { UncachedInput = 1_000_000, CachedInput = 1_000_000, Output = 1_000_000 }, out var cost).Should().BeTrue();
        cost.Should().Be(3.5m);
        table.TryPrice("llama3:8b", new TokenUsage { Output = 5 }, out var free).Should().BeTrue();
        free.Should().Be(0);
    }

    [Fact]
    public async Task A_suite_without_prices_has_none_and_starts()
    {
        await using var services = Suite.Build(_ => { });

        await services.StartPipelineAsync();
        services.GetRequiredService<UsageMeter>().Prices.Should().BeNull();
    }

    [Fact]
    public async Task Each_suite_has_its_own_prices()
    {
        var services = new ServiceCollection();
        foreach (var (suite, price) in new[] { ("", 1m), ("other", 3m) })
        {
            services.AddPipeline(suite)
                .ConfigurePrices(prices =>
                {
                    prices.Version = $"of {suite}";
                    prices.Models["m"] = new ModelPrices { Input = price };
                })
                .AddStep<int, int>("step", (input, context, _) =>
                {
                    context.ReportUsage(new TokenUsage { UncachedInput = 1_000_000 }, "m");
                    return ValueTask.FromResult(input);
                });
        }

        await using var provider = services.BuildServiceProvider();

        (await provider.GetRequiredKeyedService<IStepRunner<int, int>>("step").RunAsync(1)).Cost.Should().Be(1);
        (await provider.GetRequiredKeyedService<IStepRunner<int, int>>("other/step").RunAsync(1)).Cost.Should().Be(3);
    }

    [Theory]
    [InlineData("Telemetry:Prices:Models:m:Input", "-1", "*Prices:Models:m:Input is -1*from 0 to 1000000*")]
    [InlineData("Telemetry:Prices:Models:m:Output", "0.1234567890123", "*Prices:Models:m:Output*more than 6 decimal places*")]
    [InlineData("Telemetry:Prices:Models:m:Output", "1", "*Prices:Models:m has no price for Input*")]
    [InlineData("Telemetry:Prices:Version", "2030-01", "*Prices:Models is empty*")]
    [InlineData("Telemetry:Prices:Currency", "EUR", null)]
    public async Task A_wrong_price_stops_the_start(string setting, string value, string? message)
    {
        await using var services = Suite.Build(_ => { }, Suite.Configure(setting, value));
        var start = FluentActions.Awaiting(() => services.StartPipelineAsync());

        if (message is null)
        {
            await start.Should().NotThrowAsync("a currency alone prices nothing and misses nothing");
        }
        else
        {
            await start.Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
        }
    }

    [Fact]
    public async Task An_empty_version_stops_the_start()
    {
        await using var services = Suite.Build(_ => { }, Suite.ConfigureJson("""{ "Telemetry": { "Prices": { "Models": { "m": { "Input": 1 } } } } }"""));

        await FluentActions.Awaiting(() => services.StartPipelineAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage("*Prices:Version*");
    }

    [Theory]
    [InlineData("Telemetry:Prices:Models:m:Input", "NaN")]
    [InlineData("Telemetry:Prices:Models:m:Input", "1e99")]
    [InlineData("Telemetry:Prices:Models:m:Input", "79228162514264337593543950336")]
    [InlineData("Telemetry:Prices:Models:m:Input", "free")]
    [InlineData("Telemetry:Prices:Models:m:Inputs", "1")]
    [InlineData("Telemetry:Prices:Models:m", "1")]
    [InlineData("Telemetry:Prices:Models", "m")]
    [InlineData("Telemetry:Prices", "none")]
    [InlineData("Telemetry:Prices:Verison", "1")]
    [InlineData("Telemetry:Prices:Models:llama3:8b:Input", "1")]
    public async Task What_cannot_be_read_stops_the_start_and_names_the_setting(string setting, string value)
    {
        await using var services = Suite.Build(_ => { }, Suite.Configure(setting, value));

        await FluentActions.Awaiting(() => services.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*Telemetry*");
    }

    [Fact]
    public async Task Prices_that_are_null_stop_the_start()
    {
        await using var services = Suite.Build(suite => suite.Services.Configure<TelemetryOptions>("", options => options.Prices = null!));

        await FluentActions.Awaiting(() => services.StartPipelineAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage("*Prices is null*");
    }
}
