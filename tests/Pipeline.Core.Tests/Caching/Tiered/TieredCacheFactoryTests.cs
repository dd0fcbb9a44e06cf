using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Xunit;

namespace Pipeline.Caching;

/// <summary>What a factory may do, and where it runs.</summary>
public sealed class TieredCacheFactoryTests
{
    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_factory_that_blocks_does_not_hold_a_caller_who_cancels()
    {
        using var host = TieredHost.Local();
        using var gone = new CancellationTokenSource();
        using var blocked = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var asked = host.Cache.GetOrCreateAsync(
            "key",
            _ =>
            {
                started.SetResult();
                blocked.Wait(CancellationToken.None);
                return ValueTask.FromResult("late");
            },
            cancellationToken: gone.Token).AsTask();
        await started.Task;
        await gone.CancelAsync();

        await asked.Awaiting(one => one).Should().ThrowAsync<OperationCanceledException>();
        blocked.Set();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_factory_that_asks_for_its_own_key_is_told_so()
    {
        using var host = TieredHost.Local();

        var asking = () => host.Cache.GetOrCreateAsync("key", Again).AsTask();

        (await asking.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*asks the cache for the entry that it is to make*");

        async ValueTask<string> Again(CancellationToken token) => await host.Cache.GetOrCreateAsync("key", Again, cancellationToken: token);
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task A_factory_may_ask_for_another_key_and_for_its_own_as_another_type()
    {
        using var host = TieredHost.Local();

        var value = await host.Cache.GetOrCreateAsync("outer", async token =>
        {
            var inner = await host.Cache.GetOrCreateAsync("inner", static _ => ValueTask.FromResult("i"), cancellationToken: token);
            var number = await host.Cache.GetOrCreateAsync("outer", static _ => ValueTask.FromResult(7), cancellationToken: token);
            return $"{inner}{number}";
        });

        value.Should().Be("i7");
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Two_factories_that_ask_for_each_others_keys_are_ended_by_a_hard_time_out()
    {
        using var host = TieredHost.Local(options => options.Default.HardTimeout = TimeSpan.FromSeconds(10));
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var one = host.Cache.GetOrCreateAsync("1", async token =>
        {
            first.SetResult();
            await second.Task;
            return await host.Cache.GetOrCreateAsync("2", static _ => ValueTask.FromResult("never"), cancellationToken: token);
        }).AsTask();
        var two = host.Cache.GetOrCreateAsync("2", async token =>
        {
            second.SetResult();
            await first.Task;
            return await host.Cache.GetOrCreateAsync("1", static _ => ValueTask.FromResult("never"), cancellationToken: token);
        }).AsTask();
        await host.Clock.TimerSetAsync(TimeSpan.FromSeconds(10), 2);
        host.Clock.Advance(TimeSpan.FromSeconds(10));

        await one.Awaiting(task => task).Should().ThrowAsync<TimeoutException>();
        await two.Awaiting(task => task).Should().ThrowAsync<TimeoutException>();
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task The_run_has_the_ambient_context_of_the_caller_who_came_first()
    {
        using var host = TieredHost.Local();
        using var cancellation = new CancellationTokenSource();
        var ambient = new AsyncLocal<string> { Value = "first" };

        var value = await host.Cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(ambient.Value!), cancellationToken: cancellation.Token);

        value.Should().Be("first");
    }
}
