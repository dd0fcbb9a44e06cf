using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Equal calls at the same time: who runs the step, who waits, and who is billed.</summary>
public sealed class StepCacheSharingTests : IAsyncDisposable
{
    private readonly StepCacheHost _host;
    private readonly IStepRunner<string, Reply> _runner;
    private readonly SemaphoreSlim _started = new(0);
    private readonly ConcurrentQueue<CancellationToken> _tokens = new();
    private readonly TaskCompletionSource<Reply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _requestId;

    public StepCacheSharingTests()
    {
        _host = StepCacheHost.For<string, Reply>(WaitAsync, step => step.Cache(TimeSpan.FromHours(1)));
        _runner = _host.Runner<string, Reply>();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _started.Dispose();
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_thousand_callers_run_the_step_once_and_one_of_them_pays()
    {
        var calls = Enumerable.Range(0, 1000).Select(_ => Task.Run(() => _runner.RunAsync("why?").AsTask())).ToArray();
        await _started.WaitAsync();
        _answer.SetResult(new Reply("because"));
        var results = await Task.WhenAll(calls);

        _tokens.Should().ContainSingle("the step has to run once");
        results.Should().OnlyContain(r => r.Value.Text == "because");
        results.Count(r => r.CacheOutcome == CacheOutcome.Miss).Should().Be(1);
        results.Should().OnlyContain(r => r.CacheOutcome == CacheOutcome.Miss || (r.Attempts == 0 && r.Usage == default));
        _host.Sink.Records.Should().HaveCount(1000);
        _host.Sink.Records.Sum(r => r.Usage.Total).Should().Be(12);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Those_who_come_during_the_run_share_it()
    {
        var first = _runner.RunAsync("why?").AsTask();
        await _started.WaitAsync();
        var second = _runner.RunAsync("why?").AsTask();
        _answer.SetResult(new Reply("because"));

        (await first).CacheOutcome.Should().Be(CacheOutcome.Miss);
        (await second).CacheOutcome.Should().Be(CacheOutcome.Shared);
        (await second).Value.Text.Should().Be("because");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_run_goes_on_for_the_others_when_the_first_caller_gives_up_and_is_billed_by_itself()
    {
        using var caller = new CancellationTokenSource();
        var first = _runner.RunAsync("why?", new CallContext { RequestId = "first" }, caller.Token).AsTask();
        await _started.WaitAsync();
        var second = _runner.RunAsync("why?", new CallContext { RequestId = "second" }).AsTask();

        await caller.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        _tokens.Single().IsCancellationRequested.Should().BeFalse();
        _answer.SetResult(new Reply("because"));

        (await second).Value.Text.Should().Be("because");
        (await second).CacheOutcome.Should().Be(CacheOutcome.Shared);
        _host.Sink.Records.Select(r => (r.RequestId, r.Outcome, r.Cache, r.Usage.Total)).Should().BeEquivalentTo(new[]
        {
            ("first", CallOutcome.Canceled, CacheOutcome.Miss, 0L),
            ("first", CallOutcome.Succeeded, CacheOutcome.Miss, 12L),
            ("second", CallOutcome.Succeeded, CacheOutcome.Shared, 0L),
        });
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_caller_who_shares_and_gives_up_leaves_the_run_alone()
    {
        using var caller = new CancellationTokenSource();
        var first = _runner.RunAsync("why?").AsTask();
        await _started.WaitAsync();
        var second = _runner.RunAsync("why?", cancellationToken: caller.Token).AsTask();

        await caller.CancelAsync();
        (await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);
        _answer.SetResult(new Reply("because"));

        (await first).Usage.Total.Should().Be(12);
        _host.Sink.Records.Select(r => (r.Outcome, r.Cache)).Should().Equal(
            (CallOutcome.Canceled, CacheOutcome.Shared), (CallOutcome.Succeeded, CacheOutcome.Miss));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_step_is_told_to_stop_when_all_have_given_up()
    {
        using var metrics = new MeasurementCollector(_host.Services.GetRequiredService<IMeterFactory>());
        using var caller = new CancellationTokenSource();
        var first = _runner.RunAsync("why?", cancellationToken: caller.Token).AsTask();
        await _started.WaitAsync();
        var second = _runner.RunAsync("why?", cancellationToken: caller.Token).AsTask();

        await caller.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();

        await metrics.CountReachedAsync("pipeline.cache.fill.duration", 1);
        _tokens.Should().ContainSingle().Which.IsCancellationRequested.Should().BeTrue();
        _host.Sink.Records.Should().HaveCount(2, "a run that was stopped and has nothing to bill is told of by those who stopped it");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task All_get_what_the_step_throws_and_nothing_is_kept()
    {
        List<Task> calls = [_runner.RunAsync("why?").AsTask()];
        await _started.WaitAsync();
        calls.Add(_runner.RunAsync("why?").AsTask());
        calls.Add(_runner.RunAsync("why?").AsTask());
        _answer.SetException(new FormatException());

        foreach (var call in calls)
        {
            await FluentActions.Awaiting(() => call).Should().ThrowAsync<FormatException>();
        }

        await FluentActions.Awaiting(() => _runner.RunAsync("why?").AsTask()).Should().ThrowAsync<FormatException>();
        _tokens.Should().HaveCount(2, "the failure was not kept");
        _host.Sink.Records.Select(r => (r.Outcome, r.Cache, r.Usage.Total)).Should().BeEquivalentTo(new[]
        {
            (CallOutcome.Failed, CacheOutcome.Miss, 12L),
            (CallOutcome.Failed, CacheOutcome.Shared, 0L),
            (CallOutcome.Failed, CacheOutcome.Shared, 0L),
            (CallOutcome.Failed, CacheOutcome.Miss, 12L),
        });
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_run_is_made_on_behalf_of_the_caller_who_came_first()
    {
        var first = _runner.RunAsync("why?", new CallContext { RequestId = "first" }).AsTask();
        await _started.WaitAsync();
        var second = _runner.RunAsync("why?", new CallContext { RequestId = "second" }).AsTask();
        _answer.SetResult(new Reply("because"));
        await Task.WhenAll(first, second);

        _requestId.Should().Be("first");
    }

    [Fact]
    public void A_context_that_serves_another_call_by_now_gets_nothing_of_a_former_run()
    {
        var link = new StepContext("answer").RunLink;
        var former = link.Open();
        var run = new StepRun(new StepContext("answer"));
        link.Begin(former, run);
        link.Close().Should().BeSameAs(run);

        link.Open();
        link.Begin(former, run);
        link.TryEnd(run, TimeSpan.Zero, error: null).Should().BeFalse("its call has ended");
        link.Close().Should().BeNull("the current call has started no run");
    }

    private async ValueTask<Reply> WaitAsync(string question, StepContext context, CancellationToken cancellationToken)
    {
        _tokens.Enqueue(cancellationToken);
        _requestId = CallContext.Current.RequestId;
        _started.Release();
        try
        {
            return await _answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                context.ReportUsage(new TokenUsage { Output = 12 });
            }
        }
    }
}
