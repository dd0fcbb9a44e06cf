using System.Buffers;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>What the cache saves is what the run cost that made the answer, and that is spent once.</summary>
public sealed partial class StepCostCacheTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private decimal _price = 2;
    private Exception? _failure;
    private int _runs;

    [Fact]
    public async Task A_hit_costs_nothing_and_saves_what_the_run_cost()
    {
        await using var host = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"));
        using var metrics = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        var runner = host.Runner<string, Reply>();

        var miss = await runner.RunAsync("why?");
        var hit = await runner.RunAsync("why?");

        (miss.Cost, miss.CostAvoided, miss.Usage.Total).Should().Be((2m, 0m, 1_000_000L));
        (hit.Cost, hit.CostAvoided, hit.Usage.Total, hit.Model).Should().Be((0m, 2m, 0L, "big"));
        host.Sink.Records.Select(r => (r.Cache, r.Cost, r.CostAvoided, r.PriceTableVersion, r.Model)).Should().Equal(
            (CacheOutcome.Miss, 2m, 0m, "1", "big"), (CacheOutcome.Hit, 0m, 2m, "1", "big"));
        metrics.Of("pipeline.cost").Should().Equal((2, "pipeline.step=answer gen_ai.request.model=big pipeline.currency=USD"));
        metrics.Of("pipeline.cost.avoided").Should().Equal((2, "pipeline.step=answer gen_ai.request.model=big pipeline.currency=USD"));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Those_who_share_a_run_save_what_one_of_them_spends()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"), go.Task);
        var runner = host.Runner<string, Reply>();

        var calls = Enumerable.Range(0, 100).Select(_ => runner.RunAsync("why?").AsTask()).ToArray();
        go.SetResult();
        var results = await Task.WhenAll(calls);

        _runs.Should().Be(1);
        results.Sum(r => r.Cost).Should().Be(2);
        results.Sum(r => r.CostAvoided).Should().Be(99 * 2);
        host.Sink.Records.Sum(r => r.Cost).Should().Be(2);
        host.Sink.Records.Where(r => r.Cache == CacheOutcome.Shared).Should().HaveCount(99).And.OnlyContain(r => r.Cost == 0 && r.CostAvoided == 2);
    }

    [Fact]
    public async Task A_stale_answer_saves_what_it_cost_once_and_the_failed_run_costs_what_it_used()
    {
        await using var host = Host<Reply>(
            step => step.Cache(entry =>
            {
                entry.FreshFor = TimeSpan.FromMinutes(1);
                entry.StaleFor = Hour;
            }),
            n => new Reply($"{n}"));
        var runner = host.Runner<string, Reply>();
        await runner.RunAsync("why?");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        _failure = new FormatException();

        var stale = await runner.RunAsync("why?");

        (stale.CacheOutcome, stale.Cost, stale.CostAvoided).Should().Be((CacheOutcome.StaleHit, 2m, 2m));
        host.Sink.Records.Sum(r => r.Cost).Should().Be(4);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_run_that_outlives_its_caller_is_spent_by_itself()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"), go.Task);
        var runner = host.Runner<string, Reply>();
        using var caller = new CancellationTokenSource();
        var first = runner.RunAsync("why?", cancellationToken: caller.Token).AsTask();
        var second = runner.RunAsync("why?").AsTask();
        await _started.Task;

        await caller.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        go.SetResult();
        (await second).CostAvoided.Should().Be(2);

        host.Sink.Records.Select(r => (r.Outcome, r.Cache, r.Cost, r.CostAvoided)).Should().BeEquivalentTo(new (CallOutcome, CacheOutcome, decimal?, decimal)[]
        {
            (CallOutcome.Canceled, CacheOutcome.Miss, null, 0),
            (CallOutcome.Succeeded, CacheOutcome.Miss, 2, 0),
            (CallOutcome.Succeeded, CacheOutcome.Shared, 0, 2),
        });
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_run_that_fails_without_its_caller_costs_what_it_used()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"), go.Task);
        var runner = host.Runner<string, Reply>();
        using var caller = new CancellationTokenSource();
        var first = runner.RunAsync("why?", cancellationToken: caller.Token).AsTask();
        var second = runner.RunAsync("why?").AsTask();
        await _started.Task;
        _failure = new FormatException();

        await caller.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        go.SetResult();
        await FluentActions.Awaiting(() => second).Should().ThrowAsync<FormatException>();

        host.Sink.Records.Where(r => r.Cost is not null).Should().ContainSingle().Which.Should().Match<TelemetryRecord>(
            r => r.Cost == 2 && r.Outcome == CallOutcome.Failed && r.Cache == CacheOutcome.Miss);
    }

    [Fact]
    public async Task Another_process_saves_what_the_first_spent_at_the_prices_of_then()
    {
        var backend = new InMemoryCacheBackend();
        await using (var first = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"), backend: backend))
        {
            await first.Runner<string, Reply>().RunAsync("why?");
        }

        _price = 10;
        await using var second = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"), backend: backend);
        var hit = await second.Runner<string, Reply>().RunAsync("why?");
        var local = await second.Runner<string, Reply>().RunAsync("why?");

        _runs.Should().Be(1);
        (hit.CacheOutcome, hit.Cost, hit.CostAvoided, hit.Model).Should().Be((CacheOutcome.Hit, 0m, 2m, "big"));
        local.CostAvoided.Should().Be(2);
    }

    [Fact]
    public async Task An_answer_that_was_stored_before_origins_were_is_served_and_saves_nothing_known()
    {
        var backend = new InMemoryCacheBackend();
        await using var host = Host<string>(step => step.Cache(Hour, cache => cache.Key(_ => "key")), n => $"{n}", backend: backend);
        var key = CacheKey.From("key", StepCacheJsonContext.Default.String, "answer", tenant: CallContext.DefaultTenant);
        await backend.SetAsync(key, new ReadOnlySequence<byte>("\u0010old"u8.ToArray()), new CacheEntryOptions { FreshFor = Hour });

        var hit = await host.Runner<string, string>().RunAsync("why?");

        (hit.Value, hit.Cost, hit.CostAvoided).Should().Be(("old", 0m, 0m));
    }

    [Theory]
    [InlineData(true, "20000000000500" + "62656361757365")]
    [InlineData(false, "10" + "62656361757365")]
    public async Task An_origin_is_stored_only_where_there_is_one(bool reports, string bytes)
    {
        var backend = new InMemoryCacheBackend();
        await using var host = new StepCacheHost(suite => suite.SetRole<ICacheBackend>("test", _ => backend).AddStep<string, string>(
            "answer",
            (_, context, _) =>
            {
                if (reports)
                {
                    context.ReportUsage(new TokenUsage { Output = 5 });
                }

                return ValueTask.FromResult("because");
            },
            step => step.Cache(Hour, cache => cache.Key(_ => "key"))));
        await host.Runner<string, string>().RunAsync("why?");

        var key = CacheKey.From("key", StepCacheJsonContext.Default.String, "answer", tenant: CallContext.DefaultTenant);
        var stored = new ArrayBufferWriter<byte>();
        await backend.TryGetAsync(key, stored);

        Convert.ToHexString(stored.WrittenSpan).Should().Be(bytes);
    }

    [Fact]
    public async Task A_null_answer_and_one_that_is_kept_as_it_is_save_as_much()
    {
        await using var nulls = Host<Reply?>(step => step.Cache(Hour), _ => null);
        await using var texts = Host<string>(step => step.Cache(Hour), n => $"{n}");
        await using var numbers = Host<int>(step => step.Cache(Hour), n => n);

        await nulls.Runner<string, Reply?>().RunAsync("why?");
        await texts.Runner<string, string>().RunAsync("why?");
        await numbers.Runner<string, int>().RunAsync("why?");

        (await nulls.Runner<string, Reply?>().RunAsync("why?")).CostAvoided.Should().Be(2);
        (await texts.Runner<string, string>().RunAsync("why?")).CostAvoided.Should().Be(2);
        (await numbers.Runner<string, int>().RunAsync("why?")).CostAvoided.Should().Be(2);
    }

    [Fact]
    public async Task A_cost_that_is_not_known_saves_nothing_known()
    {
        await using var host = Host<Reply>(step => step.Cache(Hour), n => new Reply($"{n}"), model: "other");
        await host.Runner<string, Reply>().RunAsync("why?");

        var hit = await host.Runner<string, Reply>().RunAsync("why?");

        (hit.Cost, hit.CostAvoided, hit.Model).Should().Be((0m, 0m, "other"));
    }

    private static async Task DrainAsync(StepCacheHost host, int most)
    {
        var count = 0;
        await foreach (var _ in host.StreamingRunner<string, Reply>().RunAsync("why?"))
        {
            if (++count == most)
            {
                break;
            }
        }
    }

    private void SetPrices(PriceTableOptions prices)
    {
        prices.Version = "1";
        prices.Models["big"] = new ModelPrices { Input = _price, Output = 1_000_000 };
    }

    private StepCacheHost Host<TOut>(
        Action<StepBuilder<string, TOut>> configure, Func<int, TOut> answer, Task? go = null, ICacheBackend? backend = null, string model = "big") =>
        new(suite =>
        {
            if (backend is not null)
            {
                suite.SetRole("test", _ => backend);
            }

            suite.ConfigurePrices(SetPrices).AddStep(
                "answer",
                async (_, context, _) =>
                {
                    var run = Interlocked.Increment(ref _runs);
                    _started.TrySetResult();
                    await (go ?? Task.CompletedTask);
                    context.ReportUsage(new TokenUsage { UncachedInput = 1_000_000 }, model);
                    return _failure is null ? answer(run) : throw _failure;
                },
                configure);
        });

    private StepCacheHost Stream(Action<StreamingStepBuilder<string, Reply>> configure) => new(suite =>
    {
        suite.Services.AddSingleton(new ThreeItems(this));
        suite.ConfigurePrices(SetPrices).AddStreamingStep<string, Reply, ThreeItems>("answer", configure);
    });

    private sealed class ThreeItems(StepCostCacheTests test) : IStreamingStep<string, Reply>
    {
        public async IAsyncEnumerable<Reply> ExecuteAsync(string input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Yield();
                context.ReportUsage(new TokenUsage { Output = 1 }, "big");
                yield return test._failure is null ? new Reply($"{i}") : throw test._failure;
            }
        }
    }
}
