using FluentAssertions;
using Pipeline.Backends;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Many callers at once, doing everything.</summary>
public sealed class TieredCacheRandomTests
{
    private static readonly string[] Tags = ["a", "b"];

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Runs_and_invalidations_at_random_never_serve_the_past()
    {
        using var host = await TieredHost.SharedAsync();
        var data = 0;
        var announced = 0;
        var failures = 0;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var known = Volatile.Read(ref announced);
                var got = await host.Cache.GetOrCreateAsync("key", ReadAsync, tags: ["a"]);
                if (got < known)
                {
                    Interlocked.Increment(ref failures);
                }
            }
        })).ToArray();
        var writer = Task.Run(async () =>
        {
            for (var i = 1; i <= 500; i++)
            {
                Volatile.Write(ref data, i);
                await host.Cache.RemoveByTagAsync("a");

                // From here on nobody may get less.
                Volatile.Write(ref announced, i);
                await Task.Yield();
            }
        });
        await Task.WhenAll([.. readers, writer]);

        failures.Should().Be(0);

        async ValueTask<int> ReadAsync(CancellationToken token)
        {
            var read = Volatile.Read(ref data);
            await Task.Yield();
            return read;
        }
    }

    [Fact(Timeout = TieredHost.TimeLimit)]
    public async Task Whatever_goes_on_at_random_comes_to_an_end_and_leaves_nothing_behind()
    {
        using var host = await TieredHost.SharedAsync(options =>
        {
            options.Default.StaleFor = TimeSpan.FromHours(1);
            options.Default.SoftTimeout = TimeSpan.Zero;
            options.Default.EarlyRefresh = 0.5;
            options.Default.RetryDelay = TimeSpan.Zero;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() => WorkAsync(host, new Random(seed)))));

        while (host.Cache.Core.Flights.Count > 0)
        {
            // What nobody waits for ends by itself.
            await Task.Yield();
        }
    }

    private static async Task WorkAsync(TieredHost host, Random random)
    {
        for (var i = 0; i < 2_000; i++)
        {
            var key = $"key {random.Next(5)}";
            try
            {
                await (random.Next(10) switch
                {
                    0 => host.Cache.RemoveAsync(key).AsTask(),
                    1 => host.Cache.RemoveByTagAsync("a").AsTask(),
                    2 => host.Cache.SetAsync(key, "set", tags: Tags).AsTask(),
                    3 => Task.Run(() => host.Clock.Advance(TimeSpan.FromMinutes(random.Next(4)))),
                    _ => AskAndPerhapsLeaveAsync(host, key, fails: random.Next(5) == 0, leaves: random.Next(3) == 0),
                });
            }
            catch (Exception exception) when (exception is InvalidDataException or OperationCanceledException or BackendUnavailableException)
            {
                // As it was meant; and a clock that leaps ends the deadlines of calls to the backend.
            }
        }
    }

    private static async Task AskAndPerhapsLeaveAsync(TieredHost host, string key, bool fails, bool leaves)
    {
        using var gone = new CancellationTokenSource();
        var asked = host.Cache.GetOrCreateAsync(
            key,
            async token =>
            {
                await Task.Yield();
                token.ThrowIfCancellationRequested();
                return fails ? throw new InvalidDataException("no value") : "made";
            },
            tags: Tags,
            cancellationToken: gone.Token).AsTask();
        if (leaves)
        {
            await gone.CancelAsync();
        }

        await asked;
    }
}
