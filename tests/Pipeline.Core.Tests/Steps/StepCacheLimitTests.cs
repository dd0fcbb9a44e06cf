using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Rate limits around a cached step: validation, then limits, then the cache, then the step.</summary>
public sealed class StepCacheLimitTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _started = new(0);
    private TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    public StepCacheLimitTests() => _go.SetResult();

    public void Dispose() => _started.Dispose();

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_call_that_the_cache_answers_counts_as_a_call()
    {
        await using var host = StepCacheHost.For<string, Reply>(
            AnswerAsync, step => step.Limit(RateLimitRule.SlidingWindow(2, Minute), Partition.Tenant).Cache(Minute));
        var runner = host.Runner<string, Reply>();

        (await runner.RunAsync("why?")).CacheOutcome.Should().Be(CacheOutcome.Miss);
        (await runner.RunAsync("why?")).CacheOutcome.Should().Be(CacheOutcome.Hit);

        await FluentActions.Awaiting(() => runner.RunAsync("why?").AsTask()).Should().ThrowAsync<RateLimitRejectedException>();
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Invalid_input_costs_nothing_and_a_refused_call_does_not_ask_the_cache()
    {
        var keys = 0;
        await using var host = StepCacheHost.For<string, Reply>(AnswerAsync, step => step
            .Validate(question => question.Length > 0 ? null : "it is empty. Ask something.")
            .Limit(RateLimitRule.SlidingWindow(1, Minute), Partition.Tenant)
            .Cache(Minute, cache => cache.Key(question =>
            {
                keys++;
                return question;
            })));
        var runner = host.Runner<string, Reply>();

        await FluentActions.Awaiting(() => runner.RunAsync("").AsTask()).Should().ThrowAsync<StepRejectedException>();
        await runner.RunAsync("why?");
        await FluentActions.Awaiting(() => runner.RunAsync("why?").AsTask()).Should().ThrowAsync<RateLimitRejectedException>();

        keys.Should().Be(1);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_run_s_own_call_settles_what_was_used_and_a_hit_gives_its_estimate_back()
    {
        await using var host = Host();
        var runner = host.Runner<string, Reply>();

        var remaining = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            remaining.Add((await runner.RunAsync("why?")).RateLimits.Single().Remaining);
        }

        remaining.Should().Equal(60, 53, 53);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_caller_who_shares_gives_the_estimate_back_and_one_who_leaves_the_run_behind_does_not()
    {
        await using var host = Host();
        var runner = host.Runner<string, Reply>();
        using var caller = new CancellationTokenSource();
        _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var first = runner.RunAsync("why?", cancellationToken: caller.Token).AsTask();
        await _started.WaitAsync();
        var second = runner.RunAsync("why?").AsTask();
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        _go.SetResult();
        (await second).CacheOutcome.Should().Be(CacheOutcome.Shared);

        (await runner.RunAsync("why?")).RateLimits.Single().Remaining.Should().Be(20, "the first caller's 40 stand for what the run used");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_caller_who_takes_a_stale_answer_leaves_the_estimate_to_the_run_behind_it()
    {
        await using var host = Host();
        var runner = host.Runner<string, Reply>();
        await runner.RunAsync("why?");
        await _started.WaitAsync();
        host.Clock.Advance(Minute * 2);
        _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var slow = runner.RunAsync("why?").AsTask();
        await host.Clock.TimerSetAsync(Second);
        await _started.WaitAsync();
        host.Clock.Advance(Second);
        (await slow).CacheOutcome.Should().Be(CacheOutcome.StaleHit);
        _go.SetResult();
        await host.Sink.CountReachedAsync(3);

        (await runner.RunAsync("why?")).RateLimits.Single().Remaining.Should().Be(20);
    }

    private StepCacheHost Host() => StepCacheHost.For<string, Reply>(AnswerAsync, step => step
        .LimitTokens(RateLimitRule.SlidingWindow(100, Minute), Partition.Tenant, estimate: _ => 40)
        .Cache(entry =>
        {
            entry.FreshFor = Minute;
            entry.StaleFor = TimeSpan.FromHours(1);
            entry.SoftTimeout = Second;
        }));

    private async ValueTask<Reply> AnswerAsync(string question, StepContext context, CancellationToken cancellationToken)
    {
        _started.Release();
        await _go.Task;
        context.ReportUsage(new TokenUsage { Output = 7 });
        return new Reply($"{Interlocked.Increment(ref _runs)}");
    }
}
