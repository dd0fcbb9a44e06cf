using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>What a step reports is priced, whatever becomes of its call.</summary>
public sealed partial class StepCostTests
{
    private static readonly TokenUsage Million = new() { UncachedInput = 1_000_000 };

    [Fact]
    public async Task What_is_reported_is_priced_as_the_model_that_the_input_names()
    {
        await using var host = Host((context, _) => context.ReportUsage(new TokenUsage { UncachedInput = 10, Output = 5 }), step => step.Model(_ => "big"));

        var result = await host.Runner<string, string>().RunAsync("why?");

        (result.Model, result.Cost, result.CostAvoided, result.Usage.Total).Should().Be(("big", 0.00006m, 0m, 15L));
        var record = host.Sink.Records.Should().ContainSingle().Subject;
        (record.Model, record.Cost, record.CostAvoided, record.PriceTableVersion).Should().Be(("big", 0.00006m, 0m, "2030-01"));
    }

    [Fact]
    public async Task A_step_can_name_the_model_when_it_knows_it()
    {
        await using var host = Host((context, _) =>
        {
            context.ReportUsage(Million);
            context.Model = "small";
        });

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().Be(0.15m);
    }

    [Fact]
    public async Task The_tokens_of_each_model_have_that_models_price()
    {
        await using var host = Host((context, _) =>
        {
            context.ReportUsage(Million, "embed");
            context.ReportUsage(Million, "small");
            context.ReportUsage(Million, "embed");
        });

        var result = await host.Runner<string, string>().RunAsync("why?");

        (result.Cost, result.Usage.Total).Should().Be((0.19m, 3_000_000L));
        result.Model.Should().Be("embed", "it was the last to report, and nobody named another");
    }

    [Fact]
    public async Task The_model_that_was_chosen_stays_the_model_of_the_call()
    {
        await using var host = Host((context, _) => context.ReportUsage(Million, "small"), step => step.Model(_ => "fast"));

        var result = await host.Runner<string, string>().RunAsync("why?");

        (result.Model, result.Cost).Should().Be(("fast", 0.15m));
    }

    [Theory]
    [InlineData("other")]
    [InlineData(null)]
    public async Task A_model_without_a_price_is_counted_and_its_cost_is_not_known(string? model)
    {
        await using var host = Host((context, _) => context.ReportUsage(Million, model));
        using var metrics = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        var runner = host.Runner<string, string>();

        (await runner.RunAsync("why?")).Cost.Should().BeNull();
        await runner.RunAsync("why not?");

        host.Sink.Records.Should().HaveCount(2).And.OnlyContain(r => r.Cost == null && r.Usage.Total == 1_000_000);
        metrics.Of("pipeline.pricing.unknown_model").Should().Equal((1, "pipeline.step=answer"), (1, "pipeline.step=answer"));
        metrics.Of("pipeline.cost").Should().BeEmpty();
        host.Logs.Entries.Where(entry => entry.Id == 5500).Should().ContainSingle().Which.Text.Should().Contain($"'{model ?? "(none)"}'").And.Contain("2030-01");
    }

    [Fact]
    public async Task A_part_whose_price_is_not_known_makes_the_cost_unknown_and_the_count_goes_up_once()
    {
        await using var host = Host(
            (context, _) =>
            {
                context.ReportUsage(Million, "big");
                context.ReportUsage(Million, "other");
                context.ReportUsage(Million, "other");
            },
            step => step.Cache(TimeSpan.FromHours(1)));
        using var metrics = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().BeNull();

        metrics.Of("pipeline.pricing.unknown_model").Should().ContainSingle();
    }

    [Fact]
    public async Task No_tokens_cost_nothing_whatever_the_model()
    {
        await using var host = Host((context, _) => context.ReportUsage(default, "other"));

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().Be(0);
    }

    [Fact]
    public async Task Nothing_reported_is_no_known_cost()
    {
        await using var host = Host((_, _) => { });

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().BeNull();
        host.Sink.Records.Single().PriceTableVersion.Should().BeNull();
    }

    [Fact]
    public async Task Attempts_that_fail_cost_what_they_used()
    {
        await using var host = Host(
            (context, _) =>
            {
                context.ReportUsage(Million, "big");
                if (context.Attempt < 3)
                {
                    throw new FormatException();
                }
            },
            step => step.Retry(2, delay: TimeSpan.Zero));

        var result = await host.Runner<string, string>().RunAsync("why?");

        (result.Attempts, result.Cost).Should().Be((3, 6m));
    }

    [Fact]
    public async Task A_call_that_fails_costs_what_it_used()
    {
        await using var host = Host((context, _) =>
        {
            context.ReportUsage(Million, "big");
            throw new FormatException();
        });

        await FluentActions.Awaiting(() => host.Runner<string, string>().RunAsync("why?").AsTask()).Should().ThrowAsync<FormatException>();

        (host.Sink.Records.Single().Outcome, host.Sink.Records.Single().Cost).Should().Be((CallOutcome.Failed, 2m));
    }

    [Fact]
    public async Task What_the_step_says_itself_wins()
    {
        await using var host = Host((context, _) =>
        {
            context.ReportUsage(Million, "other");
            context.Cost = 0.5m;
        });
        using var metrics = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().Be(0.5m);

        metrics.Of("pipeline.pricing.unknown_model").Should().BeEmpty();
        metrics.Of("pipeline.cost").Should().Equal((0.5, "pipeline.step=answer pipeline.currency=USD"));
    }

    [Fact]
    public async Task One_call_knows_nothing_of_the_cost_of_another()
    {
        await using var host = Host((context, question) =>
        {
            if (question.Length > 0)
            {
                context.ReportUsage(Million, question);
            }
        });
        var runner = host.Runner<string, string>();

        List<decimal?> costs = [];
        foreach (var question in new[] { "big", "", "other", "small", "" })
        {
            costs.Add((await runner.RunAsync(question)).Cost);
        }

        costs.Should().Equal(2, null, null, 0.15m, null);
    }

    [Fact]
    public async Task Without_prices_nothing_is_missed()
    {
        await using var host = StepCacheHost.For<string, string>(
            (question, context, _) =>
            {
                context.ReportUsage(Million, "big");
                return ValueTask.FromResult(question);
            },
            _ => { });
        using var metrics = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());

        var result = await host.Runner<string, string>().RunAsync("why?");

        (result.Cost, result.Usage.Total).Should().Be((null, 1_000_000L));
        metrics.Of("pipeline.pricing.unknown_model").Should().BeEmpty();
    }

    [Theory]
    [InlineData("-0.01")]
    [InlineData("1000000000.01")]
    [InlineData("0.0000000000001")]
    public void A_cost_that_no_record_could_hold_is_an_error_where_it_is_set(string amount)
    {
        var context = new StepContext("answer");
        var cost = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        FluentActions.Invoking(() => context.Cost = cost).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Cost");
        FluentActions.Invoking(() => context.CostAvoided = cost).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("CostAvoided");
    }

    [Fact]
    public void Names_are_checked_where_they_are_set()
    {
        var context = new StepContext("answer");

        FluentActions.Invoking(() => context.PriceTableVersion = "").Should().Throw<ArgumentException>().WithParameterName("PriceTableVersion");
        FluentActions.Invoking(() => context.ReportUsage(Million, "a\nb")).Should().Throw<ArgumentException>().WithParameterName("model");
        context.Usage.Should().Be(default(TokenUsage), "nothing of it was taken");
    }

    [Fact]
    public async Task A_cost_above_that_of_a_record_is_not_known_rather_than_an_error()
    {
        await using var host = Host((context, _) =>
        {
            context.ReportUsage(new TokenUsage { UncachedInput = long.MaxValue / 2 }, "big");
        });

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().BeNull();
        host.Sink.Records.Should().ContainSingle();
    }

    [Fact]
    public async Task Reports_from_many_threads_are_all_priced()
    {
        await using var host = new StepCacheHost(suite => suite.ConfigurePrices(Prices.Set).AddStep<string, string>("answer", async (question, context, _) =>
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 1_000; i++)
                {
                    context.ReportUsage(new TokenUsage { Output = 1 }, i % 2 == 0 ? "big" : "small");
                }
            })));
            return question;
        }));

        (await host.Runner<string, string>().RunAsync("why?")).Cost.Should().Be(4_000 * 0.0000086m);
    }

    private static StepCacheHost Host(Action<StepContext, string> execute, Action<StepBuilder<string, string>>? configure = null) =>
        new(suite => suite.ConfigurePrices(Prices.Set).AddStep(
            "answer",
            (question, context, _) =>
            {
                execute(context, question);
                return ValueTask.FromResult("because");
            },
            configure));
}
