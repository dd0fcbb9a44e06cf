using FluentAssertions;
using Pipeline.Redis.Fixtures;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>State by the server's own clock, which the conformance suite replaces.</summary>
public sealed class RedisStateTimeTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    /// <summary>Keys expire by whole milliseconds.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task An_entry_goes_when_the_server_says_that_it_has_expired()
    {
        await using var process = StateProcess.Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), RedisTestClient.NewPrefix());
        var key = new StateKey("space", "key");
        var before = await process.Store.GetTimeAsync();
        await process.Store.CompareAndSetAsync(key, "value"u8.ToArray(), StateEntry.NoVersion, Moment);

        await Waiting.UntilAsync(async () => await process.Store.GetAsync(key) is null, "the entry to expire");

        (await process.Store.GetTimeAsync()).Should().BeOnOrAfter(before + Moment - Slack);
        (await process.Store.ListAsync("space")).Items.Should().BeEmpty();
    }
}
