using System.Buffers;
using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>What goes over the wire, and what stands on the server.</summary>
public sealed class RedisCacheCommandTests : IAsyncLifetime
{
    private static readonly CacheEntryOptions Sliding = new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = TimeSpan.FromMinutes(10) };
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private CacheProcess _process = null!;
    private CacheProcess _other = null!;

    // A clock that stands still keeps out what is sent now and then: beats, and looks at the server's clock.
    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        var clock = new ManualTimeProvider();
        _process = CacheProcess.Start(_server.ClientOptions(_proxy), _prefix, time: clock);
        _other = CacheProcess.Start(_server.ClientOptions(), _prefix, time: new ManualTimeProvider());
        await _process.HearAsync(clock);
        await _process.GetAsync("warm");
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _other.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Reading_an_entry_is_one_get()
    {
        await _process.SetAsync("plain", "value");
        await _process.SetTaggedAsync("tagged", "value", "t", "u");

        await ExpectAsync("GET 1", () => _process.GetAsync("plain"));
        await ExpectAsync("GET 1", () => _process.GetAsync("nothing"));
        await ExpectAsync("GET 1", () => _process.GetAsync("tagged"));
        await ExpectAsync("GET 1, MGET 1", () => _process.GetAsync("tagged", CacheReadOptions.RequireFreshTags));
        await ExpectAsync("GET 1", () => _process.GetAsync("plain", CacheReadOptions.RequireFreshTags));
    }

    [Fact]
    public async Task A_tag_that_the_process_does_not_know_is_read_once()
    {
        await _other.SetTaggedAsync("tagged", "value", "t", "u");

        await ExpectAsync("GET 1, MGET 1", () => _process.GetAsync("tagged"));
        await ExpectAsync("GET 1", () => _process.GetAsync("tagged"));
        await _other.Cache.InvalidateTagAsync("t");
        await Waiting.UntilAsync(async () => await _process.GetAsync("tagged") is null, "the invalidation to be heard");
        await ExpectAsync("GET 1", () => _process.GetAsync("tagged"));
    }

    [Fact]
    public async Task Reading_a_sliding_entry_is_one_script_once_the_process_has_met_it()
    {
        await _process.SetAsync("warm", "value", Sliding);
        await _process.GetAsync("warm");
        await _other.SetAsync("sliding", "value", Sliding);

        await ExpectAsync("EVALSHA 1, GET 1", () => _process.GetAsync("sliding"));
        await ExpectAsync("EVALSHA 1", () => _process.GetAsync("sliding"));
        await _other.SetAsync("sliding", "value");
        await ExpectAsync("EVALSHA 1", () => _process.GetAsync("sliding"));
        await ExpectAsync("GET 1", () => _process.GetAsync("sliding"));
    }

    [Fact]
    public async Task Writing_is_one_command_each()
    {
        var announced = new CacheEntryOptions { FreshFor = Minute, AnnounceChange = true };
        await WriteAllAsync();

        await ExpectAsync("SETEX 1", () => _process.SetAsync("a", "value", new() { FreshFor = Minute }));
        await ExpectAsync("PSETEX 1", () => _process.SetAsync("a", "value", new() { FreshFor = TimeSpan.FromMilliseconds(60_001) }));
        await ExpectAsync("EVALSHA 1", () => _process.SetAsync("a", "value", announced));
        await ExpectAsync("EVALSHA 1", () => _process.AddAsync("a", "other"));
        await ExpectAsync("EVALSHA 1", () => _process.Cache.RemoveAsync("a").AsTask());
        await ExpectAsync("EVALSHA 1", () => _process.AddAsync("a", "value", announced));
        await ExpectAsync("EVALSHA 1", () => _process.Cache.InvalidateTagAsync("t").AsTask());
        await ExpectAsync("EVALSHA 1", () => _process.Cache.ReadGenerationsAsync(["t", "u", "v"]).AsTask());

        async Task WriteAllAsync()
        {
            await _process.SetAsync("a", "value", announced);
            await _process.AddAsync("b", "value");
            await _process.Cache.RemoveAsync("b");
            await _process.Cache.InvalidateTagAsync("t");
        }
    }

    [Fact]
    public async Task Adding_where_something_invalid_lies_is_two_more_at_most()
    {
        await _process.SetTaggedAsync("warm", "value", "t");
        await _process.Cache.InvalidateTagAsync("t");
        await _process.AddAsync("warm", "value");
        await _process.SetTaggedAsync("a", "old", "t");
        await _process.Cache.InvalidateTagAsync("t");

        await ExpectAsync("EVALSHA 2", () => _process.AddAsync("a", "new"));

        await _other.SetTaggedAsync("b", "old", "unknown");
        await _server.ExecuteAsync("DEL", Root + "t:unknown");
        await ExpectAsync("EVALSHA 2, MGET 1", () => _process.AddAsync("b", "new"));
        (await _process.GetAsync("a")).Should().Be("new");
        (await _process.GetAsync("b")).Should().Be("new");
    }

    [Fact]
    public async Task A_lease_is_one_command_to_take_renew_and_release()
    {
        await _process.Leases.ReleaseAsync(await _process.Leases.TryTakeAsync("warm", Minute));
        await _process.Leases.RenewAsync(CacheFillLease.Taken("warm", Guid.NewGuid(), Minute), Minute);
        CacheFillLease lease = default;

        await ExpectAsync("EVALSHA 1", async () => lease = await _process.Leases.TryTakeAsync("a", Minute));
        await ExpectAsync("EVALSHA 1", () => _process.Leases.TryTakeAsync("a", Minute).AsTask());
        await ExpectAsync("EVALSHA 1", () => _process.Leases.RenewAsync(lease, Minute).AsTask());
        await ExpectAsync("EVALSHA 1", () => _process.Leases.ReleaseAsync(lease).AsTask());
    }

    [Fact]
    public async Task Several_are_read_by_one_command_and_written_at_once()
    {
        await _process.SetAsync("warm", "value", Sliding);
        await _process.GetAsync("warm");
        var value = new ReadOnlySequence<byte>("value"u8.ToArray());
        var tagged = new CacheEntryOptions { FreshFor = Minute, Tags = await _other.Cache.ReadGenerationsAsync(["t", "u"]) };
        CacheEntry[] entries = [new("a", value, new() { FreshFor = Minute }), new("b", value, tagged), new("c", value, tagged), new("d", value, Sliding), new("e", value, Sliding)];

        await ExpectAsync("SETEX 5", () => _process.Cache.SetManyAsync(entries).AsTask());
        await ExpectAsync("EVALSHA 1, MGET 2", () => GetManyAsync("a", "b", "c", "d", "e", "none"));
        await ExpectAsync("EVALSHA 1, MGET 1", () => GetManyAsync("a", "b", "c", "d", "e", "none"));
        await ExpectAsync("MGET 1", () => GetManyAsync("a", "b"));

        async Task GetManyAsync(params string[] keys) =>
            await _process.Cache.GetManyAsync(keys, new ArrayBufferWriter<byte>(), new CacheReadResult[keys.Length]);
    }

    [Fact]
    public async Task Every_key_expires()
    {
        await _process.SetAsync("plain", "value", new() { FreshFor = Minute, StaleFor = Minute });
        await _process.SetAsync("sliding", "value", Sliding);
        await _process.GetAsync("sliding");
        await _process.AddAsync("added", "value", new() { FreshFor = Minute });
        await _process.SetTaggedAsync("tagged", "value", "read");
        await _process.Cache.InvalidateTagAsync("invalidated");
        await _process.Leases.TryTakeAsync("lease", Minute);

        var keys = ((object?[])(await _server.ExecuteAsync("KEYS", "*"))!).Cast<string>().ToList();
        keys.Select(key => key[Root.Length..]).Should().BeEquivalentTo(
            "c:plain", "c:sliding", "c:added", "c:tagged", "t:warm", "t:read", "t:invalidated", "f:lease");
        var left = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var key in keys)
            left[key[Root.Length..]] = TimeSpan.FromMilliseconds((long)(await _server.ExecuteAsync("PTTL", key))!);
        left.Values.Should().OnlyContain(time => time > TimeSpan.Zero);
        left["c:plain"].Should().BeCloseTo(Minute * 2, Minute / 2);
        left["c:sliding"].Should().BeCloseTo(TimeSpan.FromMinutes(10), Minute);
        left["t:read"].Should().BeCloseTo(TimeSpan.FromDays(100), Minute);
    }

    [Fact]
    public async Task A_counter_that_is_used_is_kept()
    {
        var before = await _process.Cache.ReadGenerationsAsync(["t"]);
        await _server.ExecuteAsync("PEXPIRE", Root + "t:t", "1000000");

        (await _process.Cache.ReadGenerationsAsync(["t"])).Should().Equal(before);

        ((long)(await _server.ExecuteAsync("PTTL", Root + "t:t"))!).Should().BeGreaterThan(1_000_000);
    }

    private string Root => _prefix + ":";

    private async Task ExpectAsync(string commands, Func<Task> call)
    {
        _proxy.ResetCounts();
        await call();
        _proxy.Counts().ToString().Split("; ")[0].Should().Be("Operation: " + commands);
    }
}
