using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>The bytes of docs/formats.md.</summary>
public sealed class RedisCacheFormatTests
{
    private const long Sender = 0x0102030405060708;
    private const string Greeting = "10" + "0807060504030201" + "0700000000000000";
    private const string Key = "11" + "0807060504030201" + "61";
    private const string Tag = "12" + "0807060504030201" + "354F57F65E470600" + "C3BC626572";

    [Fact]
    public void Notices_are_written_as_documented()
    {
        Convert.ToHexString(RedisCacheNotice.ForGreeting(Sender, 7)).Should().Be(Greeting);
        Convert.ToHexString(RedisCacheNotice.ForKey(Sender, "a")).Should().Be(Key);
        Convert.ToHexString(RedisCacheNotice.StartForTag(Sender)).Should().Be(Tag[..18]);
    }

    [Fact]
    public void Notices_are_read()
    {
        Read(Greeting).Should().Be(new RedisCacheNotice(RedisCacheNoticeKind.Greeting, Sender, 7, ""));
        Read(Key).Should().Be(new RedisCacheNotice(RedisCacheNoticeKind.Key, Sender, 0, "a"));
        Read(Tag).Should().Be(new RedisCacheNotice(RedisCacheNoticeKind.Tag, Sender, 1_767_323_045_678_901, "über"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("11")]
    [InlineData("110807060504030201")]
    [InlineData("11080706050403020107")]
    [InlineData("12080706050403020161")]
    [InlineData("120807060504030201354F57F65E470600")]
    [InlineData("120807060504030201000000000000000061")]
    [InlineData("120807060504030201FFFFFFFFFFFFFFFF61")]
    [InlineData("10080706050403020107000000000000")]
    [InlineData("100807060504030201070000000000000061")]
    [InlineData("21080706050403020161")]
    [InlineData("13080706050403020161")]
    public void Other_bytes_are_no_notice(string message) => RedisCacheNotice.TryRead(Convert.FromHexString(message), out _).Should().BeFalse();

    [Fact]
    public async Task What_stands_on_the_server_and_on_the_channel_is_as_documented()
    {
        await using var server = await RedisServer.StartAsync();
        var prefix = RedisTestClient.NewPrefix();
        await using var process = CacheProcess.Start(server.ClientOptions(), prefix);
        using var raw = await ConnectionMultiplexer.ConnectAsync(server.ClientOptions());
        var heard = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await raw.GetSubscriber().SubscribeAsync($"{prefix}@0:cache", (_, message) =>
        {
            if (((byte[])message)[0] == 0x12)
                heard.TrySetResult(message);
        });

        await process.Cache.InvalidateTagAsync("über");
        var generations = await process.Cache.ReadGenerationsAsync(["über"]);
        await process.SetAsync("a", "hello", new() { FreshFor = TimeSpan.FromHours(1), Tags = generations });
        var lease = await process.Leases.TryTakeAsync("a", TimeSpan.FromMinutes(1));

        var database = raw.GetDatabase();
        var generation = generations[0].Generation;
        ((string)await database.StringGetAsync($"{prefix}:t:über")).Should().Be($"{generation}");
        ((byte[])await database.StringGetAsync($"{prefix}:f:a")).Should().Equal(lease.Token.ToByteArray());
        CacheEnvelope.TryRead((byte[])await database.StringGetAsync($"{prefix}:c:a"), out var envelope, out var value).Should().BeTrue();
        value.ToArray().Should().Equal("hello"u8.ToArray());
        envelope.Tags.Should().Equal(generations);
        RedisCacheNotice.TryRead(await heard.Task.WaitAsync(TimeSpan.FromSeconds(30)), out var notice).Should().BeTrue();
        (notice.Kind, notice.Number, notice.Name).Should().Be((RedisCacheNoticeKind.Tag, generation, "über"));
    }

    private static RedisCacheNotice Read(string message)
    {
        RedisCacheNotice.TryRead(Convert.FromHexString(message), out var notice).Should().BeTrue();
        return notice;
    }
}
