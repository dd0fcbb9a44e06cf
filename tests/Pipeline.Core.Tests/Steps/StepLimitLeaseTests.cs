using System.Runtime.CompilerServices;
using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Concurrency rules, and all that streaming steps hold until their enumeration ends.</summary>
public sealed class StepLimitLeaseTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Third = TimeSpan.FromSeconds(10);
    private static readonly RateLimitRule One = RateLimitRule.Concurrency(1, Lease);
    private static readonly RateLimitRule Tokens = RateLimitRule.SlidingWindow(1_000, TimeSpan.FromHours(1));

    private readonly StepLimitHost _host = new();
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose()
    {
        _host.Dispose();
        _go.Dispose();
    }

    [Fact]
    public async Task A_lease_is_held_while_the_step_runs_and_given_back_at_its_end()
    {
        var runner = Waiting(step => step.Limit(One, Partition.Everyone));

        var first = runner.RunAsync(1).AsTask();
        var refusal = await FluentActions.Awaiting(() => runner.RunAsync(1).AsTask()).Should().ThrowAsync<RateLimitRejectedException>();
        _go.Release();
        await first;
        var second = runner.RunAsync(1).AsTask();
        _go.Release();

        refusal.Which.RetryAfter.Should().BePositive();
        await FluentActions.Awaiting(() => second).Should().NotThrowAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_is_given_back_when_the_step_fails_or_its_caller_cancels(bool cancels)
    {
        using var caller = new CancellationTokenSource();
        var runner = _host.Step<int, int>(
            async (_, _, token) =>
            {
                await (cancels ? caller.CancelAsync() : Task.CompletedTask);
                token.ThrowIfCancellationRequested();
                throw new FormatException();
            },
            step => step.Limit(One, Partition.Everyone));

        await FluentActions.Awaiting(() => runner.RunAsync(1, cancellationToken: caller.Token).AsTask()).Should().ThrowAsync<Exception>();

        (await IsFreeAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_lease_is_renewed_at_a_third_of_its_duration_until_the_step_ends()
    {
        var runner = Waiting(step => step.Limit(One, Partition.Everyone).Limit(RateLimitRule.Concurrency(5, 4 * Lease), Partition.Tenant));

        var call = runner.RunAsync(1).AsTask();
        for (var i = 0; i < 12; i++)
        {
            _host.Clock.Advance(Third);
            await _host.Backend.EndedAsync();
        }

        (await IsFreeAsync()).Should().BeFalse();
        _go.Release();
        await call;
        (await IsFreeAsync()).Should().BeTrue();
        _host.Clock.Advance(10 * Lease);
        _host.Backend.Calls.Count(name => name is "Renew").Should().Be(12);
        _host.Logs.Incidents.Should().BeEmpty();
    }

    [Fact]
    public async Task A_renewal_that_fails_is_logged_and_tried_again()
    {
        var runner = Waiting(step => step.Limit(One, Partition.Everyone));

        var call = runner.RunAsync(1).AsTask();
        _host.Backend.Fails = true;
        _host.Clock.Advance(Third);
        await _host.Backend.EndedAsync();
        _host.Backend.Fails = false;
        await AdvanceUntilRenewedAsync(times: 2);

        _host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 4011);
        _go.Release();
        await call;
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_told_once_and_the_step_goes_on()
    {
        var runner = Waiting(step => step.Limit(One, Partition.Everyone));

        var call = runner.RunAsync(1).AsTask();
        await _host.Backend.ResetAsync("step:6:answer:calls", One);
        await AdvanceUntilRenewedAsync(times: 1);
        _host.Clock.Advance(10 * Lease);
        _go.Release();
        await call;

        _host.Logs.Incidents.Should().ContainSingle().Which.Id.Should().Be(4012);
        _host.Backend.Calls.Count(name => name is "Renew").Should().Be(1);
    }

    [Fact]
    public async Task A_stream_is_refused_at_its_first_item()
    {
        var runner = _host.StreamingStep<int, int>(CountAsync, step => step.Limit(RateLimitRule.SlidingWindow(1, Lease), Partition.Everyone));
        await foreach (var item in runner.RunAsync(1))
        {
            item.Should().Be(1);
        }

        var consume = async () =>
        {
            await foreach (var item in runner.RunAsync(1))
            {
                item.Should().Be(0, "there must be none");
            }
        };

        await consume.Should().ThrowAsync<RateLimitRejectedException>();
        _host.Sink.Records.Last().Outcome.Should().Be(CallOutcome.RateLimited);
    }

    [Fact]
    public async Task A_stream_that_nobody_enumerates_takes_nothing()
    {
        var runner = _host.StreamingStep<int, int>(CountAsync, step => step.Limit(One, Partition.Everyone));

        _ = runner.RunAsync(3);
        await using (runner.RunAsync(3).GetAsyncEnumerator())
        {
            _host.Backend.Calls.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData(3, int.MaxValue, 3)]
    [InlineData(3, 2, 2)]
    [InlineData(-4, int.MaxValue, 4)]
    public async Task A_stream_holds_its_lease_and_its_estimate_until_its_enumeration_ends(int count, int stopAt, int used)
    {
        var runner = _host.StreamingStep<int, int>(
            CountAsync, step => step.Limit(One, Partition.Everyone).LimitTokens(Tokens, Partition.Everyone, _ => 100));

        var consume = async () =>
        {
            await foreach (var item in runner.RunAsync(count))
            {
                (await IsFreeAsync()).Should().BeFalse();
                (await TokensLeftAsync()).Should().Be(900);
                _host.Clock.Advance(Third);
                await _host.Backend.EndedAsync();
                if (item == stopAt)
                {
                    break;
                }
            }
        };

        if (count < 0)
        {
            await consume.Should().ThrowAsync<FormatException>();
        }
        else
        {
            await consume();
        }

        (await IsFreeAsync()).Should().BeTrue();
        (await TokensLeftAsync()).Should().Be(1_000 - used);
    }

    [Fact]
    public async Task A_stream_that_something_else_answers_uses_no_tokens()
    {
        var runner = _host.StreamingStep<int, int>(
            CountAsync,
            step => step.LimitTokens(Tokens, Partition.Everyone, _ => 100).Stage(_ => new AnsweringStage()));

        await foreach (var item in runner.RunAsync(3))
        {
            item.Should().Be(42);
        }

        (await TokensLeftAsync()).Should().Be(1_000);
    }

    /// <summary>Counts up, a token an item; below zero it fails in the end.</summary>
    private static async IAsyncEnumerable<int> CountAsync(int count, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 1; i <= Math.Abs(count); i++)
        {
            await Task.Yield();
            context.ReportUsage(new TokenUsage { Output = 1 });
            yield return i;
        }

        if (count < 0)
        {
            throw new FormatException();
        }
    }

    private IStepRunner<int, int> Waiting(Action<StepBuilder<int, int>> configure) => _host.Step(
        async (input, _, _) =>
        {
            await _go.WaitAsync(CancellationToken.None);
            return input;
        },
        configure);

    private async Task AdvanceUntilRenewedAsync(int times)
    {
        while (_host.Backend.Calls.Count(name => name is "Renew") < times)
        {
            _host.Clock.Advance(Third);
            await _host.Backend.EndedAsync();
        }
    }

    private async Task<bool> IsFreeAsync() =>
        (await _host.Backend.PeekAsync(new RateLimitDimension("step:6:answer:calls", One))).IsGranted;

    private async Task<long> TokensLeftAsync() =>
        (await _host.Backend.PeekAsync(new RateLimitDimension("step:6:answer:tokens", Tokens, 0))).Remaining;

    private sealed class AnsweringStage : IStreamingStepStage<int, int>
    {
        public StepStageOrder Order => StepStageOrder.Cache;

        public async IAsyncEnumerable<int> InvokeAsync(
            int input, StepContext context, StreamingStepDelegate<int, int> next, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return 42;
        }
    }
}
