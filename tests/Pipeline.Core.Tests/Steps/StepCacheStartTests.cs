using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>What is wrong with a step's cache is found when the application starts.</summary>
public sealed class StepCacheStartTests
{
    private static readonly JsonTypeInfos NoReflection = new([], reflects: false);

    private bool _fails;

    [Fact]
    public async Task A_fresh_time_out_of_range_stops_the_start_and_names_the_step()
    {
        await using var host = StepCacheHost.For<string, string>(EchoAsync, step => step.Cache(TimeSpan.Zero));

        (await FluentActions.Awaiting(() => host.Services.StartPipelineAsync()).Should().ThrowAsync<OptionsValidationException>())
            .Which.Message.Should().Contain("step answer").And.Contain("FreshFor");
    }

    [Fact]
    public async Task An_unknown_preset_stops_the_start_and_names_the_step_and_those_there_are()
    {
        await using var host = new StepCacheHost(suite => suite
            .AddCachePreset("long")
            .AddStep<string, string>("answer", EchoAsync, step => step.Cache("lnog")));

        (await FluentActions.Awaiting(() => host.Services.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain("Step 'answer'").And.Contain("'lnog'").And.Contain("long");
    }

    [Fact]
    public async Task A_preset_is_found_by_its_name()
    {
        await using var host = new StepCacheHost(suite => suite
            .AddCachePreset("long", entry => entry.FreshFor = TimeSpan.FromHours(2))
            .AddStep<string, string>("answer", EchoAsync, step => step.Cache("long")));
        var runner = host.Runner<string, string>();

        await runner.RunAsync("why?");
        host.Clock.Advance(TimeSpan.FromHours(1.9));

        (await runner.RunAsync("why?")).CacheOutcome.Should().Be(CacheOutcome.Hit);
    }

    [Fact]
    public async Task What_a_step_leaves_open_is_as_the_default_entry_has_it_and_that_stays_as_it_is()
    {
        await using var host = new StepCacheHost(suite => suite
            .ConfigureCache(cache => cache.Default.StaleFor = TimeSpan.FromHours(1))
            .AddStep<string, string>(
                "answer",
                (question, _, _) => _fails ? throw new FormatException() : ValueTask.FromResult(question),
                step => step.Cache(TimeSpan.FromSeconds(1))));
        var runner = host.Runner<string, string>();

        await runner.RunAsync("why?");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        _fails = true;

        (await runner.RunAsync("why?")).CacheOutcome.Should().Be(CacheOutcome.StaleHit);
        host.Cache.DefaultPreset.FreshFor.Should().Be(new CacheEntryPreset().FreshFor);
    }

    [Fact]
    public void An_input_that_nothing_says_how_to_write_is_an_error_unless_a_key_stands_for_it()
    {
        var act = () => new StepCacheKey<Question>("answer", CacheScope.Tenant, selector: null, NoReflection);

        act.Should().Throw<InvalidOperationException>().Which.Message.Should()
            .Contain("Step 'answer'").And.Contain("Question").And.Contain("UseJson").And.Contain("Key");
        new StepCacheKey<Question>("answer", CacheScope.Tenant, question => question.Text, NoReflection)
            .Of(new Question("why?"), new StepContext("answer")).Should().HaveLength(43);
    }

    [Fact]
    public async Task An_answer_that_nothing_says_how_to_write_is_an_error()
    {
        await using var host = StepCacheHost.For<string, Reply>((q, _, _) => ValueTask.FromResult(new Reply(q)), step => step.Cache(TimeSpan.FromSeconds(1)));
        using var cache = new TieredCache(
            new InMemoryCacheBackend(),
            isBackendLocal: true,
            new TieredCacheOptions(),
            new CacheSerializers(services: null, NoReflection),
            host.Services.GetRequiredService<CacheMetrics>(),
            host.Clock,
            NullLogger<TieredCache>.Instance);
        var settings = new StepCacheSettings<string, Reply>(
            "answer",
            cache,
            CachePolicy.Of(new CacheEntryPreset()),
            new StepCacheKey<string>("answer", CacheScope.Tenant, selector: null, new JsonTypeInfos([])),
            Tags: null,
            Keep: null);

        var act = () => settings.SerializerOf<Reply>();

        act.Should().Throw<InvalidOperationException>().Which.Message.Should().Contain("Step 'answer'").And.Contain("Reply").And.Contain("UseJson");
    }

    [Fact]
    public async Task An_input_that_cannot_be_written_fails_its_call()
    {
        await using var host = StepCacheHost.For<double, string>((_, _, _) => ValueTask.FromResult(""), step => step.Cache(TimeSpan.FromSeconds(1)));

        await FluentActions.Awaiting(() => host.Runner<double, string>().RunAsync(double.NaN).AsTask()).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public void Bad_arguments_are_told_at_once()
    {
        var step = new StepBuilder<string, string>("answer");
        var stream = new StreamingStepBuilder<string, string>("answer");

        FluentActions.Invoking(() => step.Cache("")).Should().Throw<ArgumentException>().WithParameterName("preset");
        FluentActions.Invoking(() => step.Cache((Action<CacheEntryPreset>)null!)).Should().Throw<ArgumentNullException>().WithParameterName("entry");
        FluentActions.Invoking(() => stream.Cache("")).Should().Throw<ArgumentException>().WithParameterName("preset");
        FluentActions.Invoking(() => stream.Cache((Action<CacheEntryPreset>)null!)).Should().Throw<ArgumentNullException>().WithParameterName("entry");
        step.Cache(TimeSpan.FromSeconds(1), cache =>
        {
            cache.Invoking(c => c.Scope((CacheScope)7)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("scope");
            cache.Invoking(c => c.Tags(null!)).Should().Throw<ArgumentNullException>().WithParameterName("selector");
            cache.Invoking(c => c.Key(null!)).Should().Throw<ArgumentNullException>().WithParameterName("selector");
            cache.Invoking(c => c.Keep(null!)).Should().Throw<ArgumentNullException>().WithParameterName("condition");
        });
    }

    private static ValueTask<string> EchoAsync(string question, StepContext context, CancellationToken cancellationToken) => ValueTask.FromResult(question);
}
