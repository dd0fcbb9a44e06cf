using System.Globalization;
using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.Caching;

public sealed class RedisServerClockTests
{
    [Fact]
    public async Task The_servers_time_is_told_whatever_the_machines_clock_shows()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var connection = RedisTestClient.Connect(
            server.ClientOptions(proxy), RedisTestClient.NewPrefix(), time: new ShiftedTimeProvider(TimeSpan.FromMinutes(-7)));
        var clock = new RedisServerClock(connection);
        for (var i = 0; i < 5; i++)
        {
            await clock.EnsureAsync(default);
            var before = await TimeAsync(server);
            var now = clock.Now;
            var after = await TimeAsync(server);

            now.Should().BeOnOrAfter(before - TimeSpan.FromMilliseconds(100)).And.BeOnOrBefore(after + TimeSpan.FromMilliseconds(100));
            clock.Doubt();
        }
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_look_and_later_ones_make_none()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var connection = RedisTestClient.Connect(
            server.ClientOptions(proxy), RedisTestClient.NewPrefix(), time: new Conformance.ManualTimeProvider());
        var clock = new RedisServerClock(connection);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => clock.EnsureAsync(default).AsTask()));
        await clock.EnsureAsync(default);

        // A clock that stands still says that the answer took no time. The script is sent whole once.
        proxy.Counts().Scripts.Should().Be(2);
    }

    private static async Task<DateTimeOffset> TimeAsync(RedisServer server)
    {
        var time = (object?[])(await server.ExecuteAsync("TIME"))!;
        return DateTimeOffset.UnixEpoch.AddSeconds(Number(time[0])).AddMicroseconds(Number(time[1]));
    }

    private static long Number(object? reply) => long.Parse((string)reply!, CultureInfo.InvariantCulture);
}
