using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>The text and the rows of docs/formats.md.</summary>
public sealed class PostgresCacheFormatTests
{
    private const ulong Sender = 0x0102030405060708;
    private const string Key = "1k0102030405060708a";
    private const string Tag = "1t01020304050607081767323045678901:über:";

    [Fact]
    public void Notices_are_written_and_read_as_documented()
    {
        PostgresCacheNotice.ForKey(Sender, "a").Should().Be(Key);
        PostgresCacheNotice.ForTag(Sender, 1767323045678901, "über:").Should().Be(Tag);
        Read(Key).Should().Be(new PostgresCacheNotice(PostgresCacheNoticeKind.Key, Sender, 0, "a"));
        Read(Tag).Should().Be(new PostgresCacheNotice(PostgresCacheNoticeKind.Tag, Sender, 1_767_323_045_678_901, "über:"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1k")]
    [InlineData("1k0102030405060708")]
    [InlineData("1k010203040506070xa")]
    [InlineData("1k0102030405060708\n")]
    [InlineData("1t0102030405060708a")]
    [InlineData("1t010203040506070817:")]
    [InlineData("1t01020304050607080:a")]
    [InlineData("1t0102030405060708-1:a")]
    [InlineData("1t010203040506070899999999999999999999:a")]
    [InlineData("2k0102030405060708a")]
    [InlineData("1x0102030405060708a")]
    public void Other_text_is_no_notice(string payload) => PostgresCacheNotice.TryRead(payload, out _).Should().BeFalse();

    [Fact]
    public async Task What_stands_on_the_server_is_as_documented()
    {
        var node = await SharedServers.NodeAsync();
        var connectionString = await SharedServers.CreateDatabaseAsync();
        var database = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database;
        await using var process = CacheProcess.Start(connectionString);
        var generations = await process.Cache.ReadGenerationsAsync(["über"]);
        await process.SetAsync("a", "hello", new() { FreshFor = TimeSpan.FromMinutes(2), StaleFor = TimeSpan.FromMinutes(1), Tags = generations });
        await process.SetAsync("b", "hello", new() { FreshFor = TimeSpan.FromMinutes(2), StaleFor = TimeSpan.FromMinutes(1), SlidingWindow = TimeSpan.FromSeconds(30) });
        var lease = await process.Leases.TryTakeAsync("a", TimeSpan.FromMinutes(1));

        (await node.ScalarAsync("SELECT generation FROM pipeline.cache_tags WHERE tag = 'über'", database)).Should().Be(generations[0].Generation);
        (await node.ScalarAsync("SELECT owner FROM pipeline.cache_leases WHERE key = 'a'", database)).Should().Be(lease.Token);
        (await node.ScalarAsync(
            "SELECT concat_ws(' ', sliding_window, stale_for, keep_until BETWEEN now() + interval '2 minutes' AND now() + interval '3 minutes') FROM pipeline.cache_entries WHERE key = 'a'", database))
            .Should().Be("t");
        (await node.ScalarAsync(
            "SELECT concat_ws(' ', sliding_window, stale_for, round(extract(epoch FROM fresh_limit + stale_for - keep_until))) FROM pipeline.cache_entries WHERE key = 'b'", database))
            .Should().Be("00:00:30 00:01:00 90");
        var stored = (byte[])(await node.ScalarAsync("SELECT entry FROM pipeline.cache_entries WHERE key = 'a'", database))!;
        CacheEnvelope.TryRead(stored, out var envelope, out var value).Should().BeTrue();
        value.ToArray().Should().Equal("hello"u8.ToArray());
        envelope.Tags.Should().Equal(generations);
        (envelope.FreshUntil, envelope.KeepUntil).Should().Be((DateTimeOffset.UnixEpoch.AddMinutes(2), DateTimeOffset.UnixEpoch.AddMinutes(3)));
    }

    private static PostgresCacheNotice Read(string payload)
    {
        PostgresCacheNotice.TryRead(payload, out var notice).Should().BeTrue();
        return notice;
    }
}
