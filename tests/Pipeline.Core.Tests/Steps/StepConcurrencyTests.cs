using FluentAssertions;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepConcurrencyTests : IDisposable
{
    private readonly StepHost _host = new();
    private readonly SemaphoreSlim _go = new(0);
    private int _running;
    private int _most;

    public void Dispose()
    {
        _host.Dispose();
        _go.Dispose();
    }

    [Fact]
    public async Task No_more_calls_run_at_the_same_time_than_allowed_and_the_rest_waits()
    {
        var runner = Runner(step => step.Concurrency(3));

        var calls = Enumerable.Range(0, 20).Select(i => runner.RunAsync(i).AsTask()).ToArray();
        _running.Should().Be(3);
        _go.Release(20);
        await Task.WhenAll(calls);

        _most.Should().Be(3);
    }

    [Fact]
    public async Task Beyond_those_who_wait_a_call_is_refused_at_once()
    {
        var runner = Runner(step => step.Concurrency(1, maxQueued: 1));

        var first = runner.RunAsync(0).AsTask();
        var second = runner.RunAsync(0).AsTask();
        var third = await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<StepRejectedException>();

        third.Which.Reason.Should().Be(StepRejectionReason.Overloaded);
        third.Which.Message.Should().Contain("MaxConcurrency");
        _go.Release(2);
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task A_caller_who_cancels_gives_up_its_place_in_the_line()
    {
        using var caller = new CancellationTokenSource();
        var runner = Runner(step => step.Concurrency(1, maxQueued: 1));

        var first = runner.RunAsync(0).AsTask();
        var second = runner.RunAsync(0, cancellationToken: caller.Token).AsTask();
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();
        var third = runner.RunAsync(0).AsTask();

        _go.Release(2);
        await Task.WhenAll(first, third);
    }

    [Fact]
    public async Task A_failure_gives_its_place_back()
    {
        var runner = _host.Step<int, int>((_, _, _) => throw new FormatException(), step => step.Concurrency(1, maxQueued: 0));
        for (var i = 0; i < 3; i++)
        {
            await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<FormatException>();
        }
    }

    [Fact]
    public async Task Waiting_in_the_line_counts_for_the_total_time_out()
    {
        var runner = Runner(step => step.Concurrency(1).Timeout(TimeSpan.FromSeconds(5)));

        var calls = new[] { runner.RunAsync(0).AsTask(), runner.RunAsync(0).AsTask() };
        await _host.Clock.TimerSetAsync(TimeSpan.FromSeconds(5), count: 2);
        _host.Clock.Advance(TimeSpan.FromSeconds(5));

        foreach (var call in calls)
        {
            await FluentActions.Awaiting(() => call).Should().ThrowAsync<StepTimeoutException>();
        }

        _go.Release();
    }

    private IStepRunner<int, int> Runner(Action<StepBuilder<int, int>> configure) => _host.Step(
        async (input, _, _) =>
        {
            var running = Interlocked.Increment(ref _running);
            for (var most = _most; running > most;)
            {
                most = Interlocked.CompareExchange(ref _most, running, most);
            }

            await _go.WaitAsync(CancellationToken.None);
            Interlocked.Decrement(ref _running);
            return input;
        },
        configure);
}
