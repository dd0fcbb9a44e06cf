using System.Runtime.CompilerServices;
using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Polly;
using Xunit;

namespace Pipeline.Steps;

public sealed partial class StreamingStepTests : IDisposable
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
}
