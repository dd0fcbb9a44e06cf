using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Diagnostics;

/// <summary>What the user may do.</summary>
public sealed partial class RedisDoctorTests
{
    [Theory]
    [InlineData("-zadd -publish", true, "PUBLISH, ZADD")]
    [InlineData("-zadd -publish", false, "PUBLISH, ZADD")]
    [InlineData("-lmove", true, "LMOVE")]
    [InlineData("-lmove", false, "LMOVE")]
    [InlineData("resetchannels", true, "PUBLISH, SUBSCRIBE")]
    public async Task Commands_that_the_user_lacks_are_named(string rights, bool asks, string missing)
    {
        var options = new RedisServerOptions { Settings = ["user default on nopass ~* &* +@all " + rights] };

        var result = await LookAsync(options, targets => new RedisRightsCheck(targets, triesEach: !asks), PipelineRoles.Queues);

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Split("may not use ")[1].Split(" on the")[0].Split(", ").Should().BeEquivalentTo(missing.Split(", "));
        result.Mend.Should().Contain("+" + missing.Split(", ")[0].ToLowerInvariant());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_that_the_user_may_not_touch_are_a_missing_right(bool asks)
    {
        var options = new RedisServerOptions { Settings = ["user default on nopass ~other:* &* +@all"] };

        var result = await LookAsync(options, targets => new RedisRightsCheck(targets, triesEach: !asks), All);

        result.Status.Should().Be(DoctorStatus.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_with_every_right_lacks_none_and_nothing_is_left_behind(bool asks)
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), RedisTestClient.NewPrefix());

        var result = await new RedisRightsCheck(Targets(connection, All), triesEach: !asks).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Ok, result.Summary);
        (await server.ExecuteAsync("DBSIZE")).Should().Be(0L);
    }
}
