using System.Globalization;
using FluentAssertions;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Pipeline.Telemetry;
using StackExchange.Redis;
using Xunit;
using static Pipeline.Redis.Telemetry.TelemetryProcess;

namespace Pipeline.Redis.Telemetry;

/// <summary>What goes over the wire, what stands on the server, and how much.</summary>
public sealed class RedisTelemetryLayoutTests : IAsyncLifetime
{
    private const int Max = 10_000;

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private TelemetryProcess _process = null!;

    private string Lane => $"{_prefix}:{{telemetry}}:a:";

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        _process = Start(_server.ClientOptions(_proxy), _prefix, options: new RedisTelemetryOptions { MaxAccountingRecords = Max });
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_of_both_lanes_is_one_command_and_reading_is_one_for_a_page()
    {
        await RunAsync();
        _proxy.ResetCounts();

        await _process.Store.WriteAsync((TelemetryRecord[])[.. Calls(400, from: 1_000), Call(lane: TelemetryLane.Diagnostic)]);
        _proxy.Counts().Operations.Should().Be(1);

        _proxy.ResetCounts();
        (await _process.TotalAsync()).Calls.Should().Be(401 + 400 + 2);
        _proxy.Counts().Operations.Should().Be(2 + 2 + 1, "the segments are listed before and after, and two lanes have two pages and one");

        _proxy.ResetCounts();
        (await _process.Store.ForgetTenantAsync("nobody")).Should().Be(0);
        _proxy.Counts().Operations.Should().Be(1 + 2 + 1);

        async Task RunAsync()
        {
            await _process.Store.WriteAsync((TelemetryRecord[])[.. Calls(401), Call(lane: TelemetryLane.Diagnostic)]);
            await _process.TotalAsync();
            await _process.Store.ForgetTenantAsync("nobody");
        }
    }

    [Fact]
    public async Task What_stands_on_the_server_is_what_the_documentation_says()
    {
        var record = new TelemetryRecord
        {
            Id = Guid.Parse("0190a5b6-c7d8-7e8f-8123-456789abcdef"),
            Time = DateTimeOffset.UnixEpoch,
            Step = "a",
            Tenant = "b",
        };
        await _process.Store.WriteAsync((TelemetryRecord[])[record]);

        var keys = ((object?[])(await _server.ExecuteAsync("KEYS", "*"))!).Cast<string>();
        keys.Should().BeEquivalentTo(Lane + "m", Lane + "s1", Lane + "i1");
        var client = (await ConnectionMultiplexer.ConnectAsync(_server.ClientOptions())).GetDatabase();
        var entry = (RedisResult[])((RedisResult[])(await client.ExecuteAsync("XRANGE", (RedisKey)(Lane + "s1"), "-", "+"))!)[0]!;
        var fields = (RedisValue[])entry[1]!;
        fields[0].ToString().Should().Be("r");
        Convert.ToHexStringLower((byte[])fields[1]!).Should().Be(
            "01" + "0190a5b6c7d87e8f8123456789abcdef" + new string('0', 248) + "0100" + "61" + "0100" + "62" + "0000" + "0000" + "0000" + "0000" + "00");
        Convert.ToHexStringLower((byte[])(await client.SetMembersAsync(Lane + "i1")).Single()!).Should().Be("0190a5b6c7d87e8f8123456789abcdef");
        var meta = (await client.HashGetAllAsync(Lane + "m")).ToDictionary(field => field.Name.ToString(), field => field.Value.ToString());
        meta.Keys.Should().BeEquivalentTo("first", "last", "b1", "l1", "h1");
        (meta["first"], meta["last"], meta["l1"], meta["h1"]).Should().Be(("1", "1", "062135596800000000", "062135596800000000"));
        foreach (var key in new[] { "s1", "i1" })
            ((long)(await _server.ExecuteAsync("PTTL", Lane + key))!).Should().BeInRange(1, (long)TimeSpan.FromDays(30).TotalMilliseconds);
    }

    [Fact]
    public async Task A_lane_that_is_full_forgets_its_oldest_eighth_with_its_ids_and_says_so()
    {
        var records = Calls(Max + 5_000);
        foreach (var batch in records.Chunk(1_000))
            await _process.Store.WriteAsync(batch);

        var report = await _process.ReportAsync();
        var kept = report.Rows.Single().Calls;
        kept.Should().BeInRange(Max * 7 / 8, Max + 8_000);
        report.CompleteSince.Should().Be(records[^((int)kept + 1)].Time.AddMicroseconds(1), "that one is the latest that was forgotten");
        (await KeysAsync()).Should().BeLessThanOrEqualTo((2 * 8) + 1);

        // What is still there is known.
        await _process.Store.WriteAsync(records.AsMemory(records.Length - (int)kept));
        (await _process.TotalAsync()).Calls.Should().Be(kept);
    }

    [Fact]
    public async Task A_segment_that_the_server_let_go_is_said_to_be_missing()
    {
        await _process.Store.WriteAsync(Calls(10));
        (await _process.ReportAsync()).CompleteSince.Should().BeNull();

        await _server.ExecuteAsync("DEL", Lane + "s1", Lane + "i1");

        var report = await _process.ReportAsync();
        (report.Rows.Single().Calls, report.CompleteSince).Should().Be((0, Noon.AddSeconds(9).AddMicroseconds(1)));
        await _process.Store.WriteAsync(Calls(10, from: 100));
        report = await _process.ReportAsync();
        (report.Rows.Single().Calls, report.CompleteSince).Should().Be((10, Noon.AddSeconds(9).AddMicroseconds(1)));
    }

    [Fact]
    public async Task A_segment_ends_when_an_eighth_of_the_retention_is_over()
    {
        var records = Calls(110);
        await _process.Store.WriteAsync(records.AsMemory(0, 10));
        await _server.ExecuteAsync("HSET", Lane + "m", "b1", DateTimeOffset.UtcNow.AddDays(-4).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

        await _process.Store.WriteAsync(records.AsMemory(10, 50));
        await _process.Store.WriteAsync(records);

        ((long)(await _server.ExecuteAsync("XLEN", Lane + "s1"))!).Should().Be(10);
        ((long)(await _server.ExecuteAsync("XLEN", Lane + "s2"))!).Should().Be(100);
        (await _process.TotalAsync()).Calls.Should().Be(110);
    }

    [Fact]
    public async Task A_record_takes_the_memory_that_the_documentation_says()
    {
        const int Records = 1_200;
        await _process.Store.WriteAsync(Calls(Records));

        var bytes = 0L;
        foreach (var key in new[] { "s1", "i1" })
            bytes += (long)(await _server.ExecuteAsync("MEMORY", "USAGE", Lane + key, "SAMPLES", "0"))!;

        (bytes / Records).Should().BeInRange(150, 320);
    }

    [Fact]
    public async Task What_cannot_be_read_is_left_out()
    {
        await _process.Store.WriteAsync(Calls(3));
        foreach (var value in new[] { "", "somebody else's", "\u0002later" })
            await _server.ExecuteAsync("XADD", Lane + "s1", "*", "r", value);
        await _server.ExecuteAsync("XADD", Lane + "s1", "*", "other", "fields", "and", "more");

        (await _process.TotalAsync()).Calls.Should().Be(3);
        var read = 0;
        await foreach (var record in _process.Store.ReadAsync(TelemetryQuery.AcrossTenants(Noon, Noon.AddDays(1))))
            read++;
        read.Should().Be(3);
        (await _process.Store.ForgetTenantAsync("acme")).Should().Be(3);
        ((long)(await _server.ExecuteAsync("XLEN", Lane + "s1"))!).Should().Be(4, "what is not ours is left alone");
    }

    [Fact]
    public async Task What_was_erased_does_not_come_back_with_a_batch_that_is_repeated()
    {
        var batch = Calls(5);
        await _process.Store.WriteAsync(batch);
        await _process.Store.ForgetTenantAsync("acme");

        await _process.Store.WriteAsync(batch);

        (await _process.TotalAsync()).Calls.Should().Be(0);
    }

    private async Task<int> KeysAsync() => ((object?[])(await _server.ExecuteAsync("KEYS", "*"))!).Length;
}
