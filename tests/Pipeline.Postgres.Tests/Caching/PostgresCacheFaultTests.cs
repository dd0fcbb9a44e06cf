using System.Globalization;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>
/// Processes that read, fill, invalidate and remove at random while connections are cut and replies are lost: whoever insists on fresh tags never gets what was
/// invalidated or removed before.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class PostgresCacheFaultTests
{
    private const CacheReadOptions Strict = CacheReadOptions.RequireFreshTags | CacheReadOptions.AllowStale;
    private const int Places = 4;
    private const int Processes = 3;
    private const int Operations = 400;

    private static readonly CacheEntryOptions Lasting = new() { FreshFor = TimeSpan.FromMinutes(10), StaleFor = TimeSpan.FromMinutes(10) };

    private readonly int[] _source = new int[Places];
    private readonly int[] _invalidatedBelow = new int[Places];
    private int _found;
    private int _invalidated;
    private int _removed;
    private int _failed;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_that_was_invalidated_or_removed_comes_back(int seed)
    {
        await using var server = await PostgresServer.StartAsync();
        await using var proxy = PostgresProxy.Start(server.EndPoint);
        var processes = Enumerable.Range(0, Processes)
            .Select(_ => CacheProcess.Start(server.ConnectionString("postgres", proxy.EndPoint), options => options.CommandTimeout = TimeSpan.FromSeconds(2)))
            .ToList();
        foreach (var process in processes)
            await process.Connection.PrepareAsync(CancellationToken.None);
        using var done = new CancellationTokenSource();
        var trouble = MakeTroubleAsync(proxy, new SeededRandom((ulong)seed), done.Token);

        await Task.WhenAll(processes.Select((process, number) => Task.Run(() => WorkAsync(process, new SeededRandom((ulong)(seed * 100) + (ulong)number), number))));
        await done.CancelAsync();
        await trouble;

        _found.Should().BePositive();
        _invalidated.Should().BePositive();
        _removed.Should().BePositive();
        _failed.Should().BePositive();

        // Once the trouble is over, what each believes comes right by itself.
        for (var place = 0; place < Places; place++)
        {
            foreach (var process in processes)
            {
                await Waiting.UntilAsync(
                    async () =>
                    {
                        try
                        {
                            return await process.GetAsync($"{place}") is not { } text || Number(text) >= _invalidatedBelow[place];
                        }
                        catch (BackendUnavailableException)
                        {
                            return false;
                        }
                    },
                    "the invalidations to be heard");
            }
        }

        foreach (var process in processes)
            await process.DisposeAsync();
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task MakeTroubleAsync(PostgresProxy proxy, SeededRandom random, CancellationToken done)
    {
        string[] commands = ["cache_entries", "cache_tags", "raised", "stored", "removed", "LISTEN", "pg_notify"];
        while (!done.IsCancellationRequested)
        {
            switch (random.Next(4))
            {
                case 0:
                    proxy.CutConnections();
                    break;
                case 1:
                    proxy.CutBefore(random.Pick(commands), random.Between(1, 20));
                    break;
                default:
                    proxy.DropReply(random.Pick(commands), random.Between(1, 20));
                    break;
            }

            await Task.Delay(random.Between(5, 60), CancellationToken.None);
        }
    }

    private async Task WorkAsync(CacheProcess process, SeededRandom random, int number)
    {
        for (var i = 0; i < Operations; i++)
        {
            var place = random.Next(Places);
            try
            {
                switch (random.Next(10))
                {
                    case 0:
                        await InvalidateAsync(process, place);
                        break;
                    case 1:
                        await RemoveAsync(process, $"own {number} {i}");
                        break;
                    case < 5:
                        await FillAsync(process, place, random.Chance(50));
                        break;
                    default:
                        await ReadAsync(process, place);
                        break;
                }
            }
            catch (BackendUnavailableException)
            {
                Interlocked.Increment(ref _failed);
                await Task.Delay(2);
            }
        }
    }

    private async Task FillAsync(CacheProcess process, int place, bool isAdded)
    {
        var options = Lasting with { Tags = await process.Cache.ReadGenerationsAsync([$"{place}", "all"]) };
        var text = Volatile.Read(ref _source[place]).ToString(CultureInfo.InvariantCulture);
        await (isAdded ? process.AddAsync($"{place}", text, options) : process.SetAsync($"{place}", text, options));
    }

    private async Task InvalidateAsync(CacheProcess process, int place)
    {
        var changed = Interlocked.Increment(ref _source[place]);
        await process.Cache.InvalidateTagAsync($"{place}");
        Interlocked.Increment(ref _invalidated);
        for (var known = Volatile.Read(ref _invalidatedBelow[place]); known < changed; known = Volatile.Read(ref _invalidatedBelow[place]))
            Interlocked.CompareExchange(ref _invalidatedBelow[place], changed, known);
    }

    private async Task ReadAsync(CacheProcess process, int place)
    {
        var floor = Volatile.Read(ref _invalidatedBelow[place]);
        if (await process.GetAsync($"{place}", Strict) is { } text)
        {
            Number(text).Should().BeGreaterThanOrEqualTo(floor, "what is older was invalidated before the read began");
            Interlocked.Increment(ref _found);
        }
    }

    private async Task RemoveAsync(CacheProcess process, string key)
    {
        await process.SetAsync(key, "value", Lasting);
        await process.Cache.RemoveAsync(key);
        (await process.GetAsync(key, Strict)).Should().BeNull();
        Interlocked.Increment(ref _removed);
    }
}
