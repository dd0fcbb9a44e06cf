using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Answers past their freshness, and the runs that go on behind them.</summary>
public sealed class StepCacheStaleTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _started = new(0);
    private TaskCompletionSource _go = Completed();
    private Exception? _failure;
    private int _runs;

    public void Dispose() => _started.Dispose();

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_kept_answer_stands_in_for_a_step_that_fails()
    {
        await using var host = Host(entry => entry.StaleFor = TimeSpan.FromHours(1));
        var runner = host.Runner<string, Reply>();
        await runner.RunAsync("why?");
        host.Clock.Advance(Minute);
        _failure = new FormatException();

        var stale = await runner.RunAsync("why?");

        (stale.Value.Text, stale.CacheOutcome).Should().Be(("1", CacheOutcome.StaleHit));
        _runs.Should().Be(2);
        host.Sink.Records.Last().Cache.Should().Be(CacheOutcome.StaleHit);
        host.Sink.Records.Sum(r => r.Usage.Total).Should().Be(10, "the failed run is billed, too, and once");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_slow_step_gives_way_to_a_kept_answer_and_goes_on_behind_it()
    {
        await using var host = Host(entry =>
        {
            entry.StaleFor = TimeSpan.FromHours(1);
            entry.SoftTimeout = Second;
        });
        var runner = host.Runner<string, Reply>();
        await runner.RunAsync("why?");
        await _started.WaitAsync();
        host.Clock.Advance(Minute);
        _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var slow = runner.RunAsync("why?", new CallContext { RequestId = "slow" }).AsTask();
        await _started.WaitAsync();
        await host.Clock.TimerSetAsync(Second);
        host.Clock.Advance(Second);
        var stale = await slow;

        (stale.Value.Text, stale.CacheOutcome, stale.Usage.Total).Should().Be(("1", CacheOutcome.StaleHit, 0));
        stale.Attempts.Should().Be(1, "it started a run whose usage is not known yet");
        _go.SetResult();
        await host.Sink.CountReachedAsync(3);
        var behind = host.Sink.Records.Last();
        (behind.RequestId, behind.Outcome, behind.Cache, behind.Usage.Total).Should().Be(("slow", CallOutcome.Succeeded, CacheOutcome.Miss, 5));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task An_early_refresh_is_a_run_of_its_own()
    {
        await using var host = Host(entry => entry.EarlyRefresh = 0.5);
        var runner = host.Runner<string, Reply>();
        await runner.RunAsync("why?");
        host.Clock.Advance(Minute * 0.9);

        var hit = await runner.RunAsync("why?", new CallContext { RequestId = "early" });
        await host.Sink.CountReachedAsync(3);

        (hit.Value.Text, hit.CacheOutcome).Should().Be(("1", CacheOutcome.Hit));
        host.Sink.Records.Sum(r => r.Usage.Total).Should().Be(10);
        host.Sink.Records.Should().ContainSingle(r => r.Cache == CacheOutcome.Hit).Which.RequestId.Should().Be("early");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task An_early_refresh_that_ends_before_its_caller_is_answered_is_a_run_of_its_own_all_the_same()
    {
        await using var host = Host(entry => entry.EarlyRefresh = 0.5);
        var runner = host.Runner<string, Reply>();
        await runner.RunAsync("why?");
        host.Clock.Advance(Minute * 0.9);
        using var refreshed = new ManualResetEventSlim();
        using var listener = Listen(host, (instrument, outcome) =>
        {
            if (string.Equals(instrument, "pipeline.cache.fill.duration", StringComparison.Ordinal))
            {
                refreshed.Set();
            }
            else if (string.Equals(outcome, "hit", StringComparison.Ordinal))
            {
                refreshed.Wait(TimeSpan.FromSeconds(30)).Should().BeTrue();
            }
        });

        var hit = await runner.RunAsync("why?");

        (hit.CacheOutcome, hit.Attempts, hit.Usage.Total).Should().Be((CacheOutcome.Hit, 0, 0));
        host.Sink.Records.Select(r => (r.Cache, r.Usage.Total)).Should().BeEquivalentTo(new[]
        {
            (CacheOutcome.Miss, 5L), (CacheOutcome.Miss, 5L), (CacheOutcome.Hit, 0L),
        });
    }

    // Measurements are taken on the thread that measures, which a listener can hold.
    private static MeterListener Listen(StepCacheHost host, Action<string, string?> measured)
    {
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured(instrument.Name, OutcomeOf(tags)));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => measured(instrument.Name, OutcomeOf(tags)));
        listener.Start();
        return listener;
    }

    private static string? OutcomeOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (string.Equals(name, "pipeline.outcome", StringComparison.Ordinal))
            {
                return value as string;
            }
        }

        return null;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private StepCacheHost Host(Action<CacheEntryPreset> entry) => StepCacheHost.For<string, Reply>(
        AnswerAsync,
        step => step.Cache(preset =>
        {
            preset.FreshFor = Minute;
            entry(preset);
        }));

    private async ValueTask<Reply> AnswerAsync(string question, StepContext context, CancellationToken cancellationToken)
    {
        var run = Interlocked.Increment(ref _runs);
        _started.Release();
        await _go.Task;
        context.ReportUsage(new TokenUsage { Output = 5 });
        return _failure is null ? new Reply($"{run}") : throw _failure;
    }
}
