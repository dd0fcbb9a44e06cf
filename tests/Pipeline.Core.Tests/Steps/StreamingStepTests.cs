using System.Runtime.CompilerServices;
using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Polly;
using Xunit;

namespace Pipeline.Steps;

public sealed class StreamingStepTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly RecordingSink _sink = new();
    private readonly StepHost _host;
    private readonly SemaphoreSlim _started = new(0);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attempts;
    private int _disposed;

    public StreamingStepTests() => _host = new StepHost(_sink);

    public void Dispose()
    {
        _host.Dispose();
        _started.Dispose();
    }

    [Fact]
    public async Task Items_arrive_in_order_and_the_call_is_metered_when_it_ends()
    {
        var runner = _host.StreamingStep<int, int>(CountAsync, step => step.Model(_ => "big"));

        var items = new List<int>();
        await foreach (var item in runner.RunAsync(3, new CallContext { Tenant = "acme" }))
        {
            items.Add(item);
            _sink.Records.Should().BeEmpty("the call has not ended");
        }

        items.Should().Equal(1, 2, 3);
        var record = _sink.Records.Should().ContainSingle().Subject;
        record.Outcome.Should().Be(CallOutcome.Succeeded);
        record.Duration.Should().Be(TimeSpan.FromSeconds(3));
        record.Usage.Output.Should().Be(3);
        record.Tenant.Should().Be("acme");
        record.Model.Should().Be("big");
        _disposed.Should().Be(1);
        runner.Name.Should().Be("answer");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consumer_that_stops_early_is_no_failure(bool isProtected)
    {
        var runner = _host.StreamingStep<int, int>(
            CountAsync, step => _ = isProtected ? step.Timeout(Long).Retry(3).Concurrency(1, 0).CircuitBreaker() : step);

        for (var i = 0; i < 30; i++)
        {
            await foreach (var item in runner.RunAsync(3))
            {
                item.Should().Be(1);
                break;
            }
        }

        _sink.Records.Should().HaveCount(30).And.OnlyContain(r => r.Outcome == CallOutcome.Succeeded && r.Usage.Output == 1);
        _disposed.Should().Be(30);
    }

    [Fact]
    public async Task The_call_is_the_current_one_for_the_step_at_every_item_and_not_for_the_consumer()
    {
        var runner = _host.StreamingStep<int, string>(TenantsAsync, step => step.Timeout(Long));

        await foreach (var tenant in runner.RunAsync(3, new CallContext { Tenant = "acme" }))
        {
            tenant.Should().Be("acme");
            CallContext.Current.Tenant.Should().Be("default");
        }
    }

    [Fact]
    public async Task Each_enumeration_is_a_call_of_its_own()
    {
        var stream = _host.StreamingStep<int, int>(CountAsync).RunAsync(2);

        (await ToListAsync(stream)).Should().Equal(1, 2);
        (await ToListAsync(stream)).Should().Equal(1, 2);

        _sink.Records.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_failure_before_the_first_item_is_repeated()
    {
        var runner = _host.StreamingStep<int, int>(FailingAsync, step => step.Retry(3, TimeSpan.Zero));

        (await ToListAsync(runner.RunAsync(-2))).Should().Equal(1, 2);

        _attempts.Should().Be(3);
        _disposed.Should().Be(3);
    }

    [Fact]
    public async Task A_failure_after_the_first_item_is_not()
    {
        var runner = _host.StreamingStep<int, int>(FailingAsync, step => step.Retry(3, TimeSpan.Zero));
        var items = new List<int>();

        await FluentActions.Awaiting(async () =>
        {
            await foreach (var item in runner.RunAsync(1))
            {
                items.Add(item);
            }
        }).Should().ThrowAsync<FormatException>();

        items.Should().Equal(1);
        _attempts.Should().Be(1);
        _sink.Records.Single().Outcome.Should().Be(CallOutcome.Failed);
    }

    [Fact]
    public async Task Refusals_come_out_of_the_enumeration_and_are_never_repeated()
    {
        var runner = _host.StreamingStep<int, int>(
            (_, _, _) =>
            {
                _attempts++;
                throw new RateLimitRejectedException(default);
            },
            step => step.Validate(n => n < 100 ? null : "too many items. Ask for less than 100.").Retry(3, TimeSpan.Zero));

        await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(1))).Should().ThrowAsync<RateLimitRejectedException>();
        await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(100))).Should().ThrowAsync<StepRejectedException>();

        _attempts.Should().Be(1);
        _sink.Records.Select(r => r.Outcome).Should().Equal(CallOutcome.RateLimited, CallOutcome.Rejected);
    }

    [Fact]
    public async Task An_attempt_without_a_first_item_in_time_is_repeated_and_left_behind()
    {
        using var metrics = new MeasurementCollector(_host.Meters);
        var runner = _host.StreamingStep<int, int>(HangingAsync, step => step.Timeout(attempt: Short).Retry(1, TimeSpan.Zero));

        var run = ToListAsync(runner.RunAsync(0));
        await _started.WaitAsync();
        _host.Clock.Advance(Short);
        await _started.WaitAsync();
        _host.Clock.Advance(Short);

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Short);
        metrics.Of("pipeline.step.orphans").Select(m => m.Value).Should().Equal(1, 1);
        _disposed.Should().Be(0, "an enumerator must not be disposed while it moves");
        _end.SetResult();
        await metrics.CountReachedAsync("pipeline.step.orphans", 4);

        _disposed.Should().Be(2, "each is disposed when it ends");
        _sink.Records.Single().Outcome.Should().Be(CallOutcome.TimedOut);
    }

    [Fact]
    public async Task The_attempt_time_out_ends_with_the_first_item_and_the_total_goes_on()
    {
        var runner = _host.StreamingStep<int, int>(OneThenHangAsync, step => step.Timeout(total: Long, attempt: Short));

        await using var items = runner.RunAsync(0).GetAsyncEnumerator();
        (await items.MoveNextAsync()).Should().BeTrue();
        var next = items.MoveNextAsync().AsTask();
        await _started.WaitAsync();
        _host.Clock.Advance(Short);
        next.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(Long);

        (await FluentActions.Awaiting(() => next).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Long);
        _end.SetResult();
    }

    [Fact]
    public async Task The_caller_can_cancel_a_step_that_takes_no_notice()
    {
        using var caller = new CancellationTokenSource();
        var runner = _host.StreamingStep<int, int>(OneThenHangAsync, step => step.Timeout(Long));

        await using var items = runner.RunAsync(0, cancellationToken: caller.Token).GetAsyncEnumerator();
        (await items.MoveNextAsync()).Should().BeTrue();
        var next = items.MoveNextAsync().AsTask();
        await _started.WaitAsync();
        await caller.CancelAsync();

        (await FluentActions.Awaiting(() => next).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);
        await items.DisposeAsync();
        _sink.Records.Single().Outcome.Should().Be(CallOutcome.Canceled);
        _end.SetResult();
    }

    [Fact]
    public async Task Both_tokens_cancel_that_of_the_run_and_that_of_the_enumeration()
    {
        using var run = new CancellationTokenSource();
        using var enumeration = new CancellationTokenSource();
        var runner = _host.StreamingStep<int, int>(CountAsync);
        await using var items = runner.RunAsync(9, cancellationToken: run.Token).GetAsyncEnumerator(enumeration.Token);
        await items.MoveNextAsync();

        await enumeration.CancelAsync();
        await FluentActions.Awaiting(() => items.MoveNextAsync().AsTask()).Should().ThrowAsync<OperationCanceledException>();
        await run.CancelAsync();
        await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(9, cancellationToken: run.Token)))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_stream_holds_its_place_among_the_concurrent_calls_until_it_ends()
    {
        var runner = _host.StreamingStep<int, int>(CountAsync, step => step.Concurrency(1, maxQueued: 0));
        var first = runner.RunAsync(2).GetAsyncEnumerator();
        await first.MoveNextAsync();

        (await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(2))).Should().ThrowAsync<StepRejectedException>())
            .Which.Reason.Should().Be(StepRejectionReason.Overloaded);
        await first.DisposeAsync();

        (await ToListAsync(runner.RunAsync(2))).Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_pipeline_of_ones_own_holds_for_the_way_to_the_first_item()
    {
        var own = new ResiliencePipelineBuilder { TimeProvider = _host.Clock }
            .AddRetry(new() { MaxRetryAttempts = 1, Delay = TimeSpan.Zero })
            .AddTimeout(Short)
            .Build();
        var runner = _host.StreamingStep<int, int>(OneThenHangAsync, step => step.Resilience(own));

        await using var items = runner.RunAsync(0).GetAsyncEnumerator();
        (await items.MoveNextAsync()).Should().BeTrue();
        var next = items.MoveNextAsync().AsTask();
        await _started.WaitAsync();
        _host.Clock.Advance(Long);
        next.IsCompleted.Should().BeFalse();
        _end.SetResult();

        (await next).Should().BeFalse();
    }

    [Fact]
    public async Task A_model_can_have_a_total_of_its_own()
    {
        var runner = _host.StreamingStep<int, int>(HangingAsync, step => step.Timeout(Short).ModelTimeout("slow", Long).Model(_ => "slow"));

        var run = ToListAsync(runner.RunAsync(0));
        await _started.WaitAsync();
        _host.Clock.Advance(Short);
        run.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(Long);

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(Long);
        _end.SetResult();
    }

    [Fact]
    public async Task The_token_of_the_step_stays_its_own_after_the_first_item()
    {
        var tokens = new List<CancellationToken>();
        var runner = _host.StreamingStep<int, int>(
            (_, _, token) =>
            {
                tokens.Add(token);
                return CountAsync(2, new StepContext("x"), token);
            },
            step => step.Timeout(attempt: Long));

        await using var items = runner.RunAsync(0).GetAsyncEnumerator();
        await items.MoveNextAsync();
        _host.Clock.Advance(Long + Long);

        tokens.Single().IsCancellationRequested.Should().BeFalse();
        (await items.MoveNextAsync()).Should().BeTrue();
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static async IAsyncEnumerable<string> TenantsAsync(
        int count, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return CallContext.Current.Tenant;
        }
    }

    private async IAsyncEnumerable<int> CountAsync(
        int count, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 1; i <= count; i++)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                _host.Clock.Advance(Short);
                context.ReportUsage(new TokenUsage { Output = 1 });
                yield return i;
            }
        }
        finally
        {
            Interlocked.Increment(ref _disposed);
        }
    }

    // A negative input fails that often before the first item, a positive one after so many items.
    private async IAsyncEnumerable<int> FailingAsync(
        int input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _attempts++;
        try
        {
            for (var i = 1; i <= 2; i++)
            {
                await Task.Yield();
                if (_attempts <= -input || (input > 0 && i > input))
                {
                    throw new FormatException();
                }

                yield return i;
            }
        }
        finally
        {
            _disposed++;
        }
    }

    private async IAsyncEnumerable<int> HangingAsync(
        int input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            _started.Release();
            await _end.Task;
            yield return input;
        }
        finally
        {
            Interlocked.Increment(ref _disposed);
        }
    }

    private async IAsyncEnumerable<int> OneThenHangAsync(
        int input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return input;
        _started.Release();
        await _end.Task;
    }
}
