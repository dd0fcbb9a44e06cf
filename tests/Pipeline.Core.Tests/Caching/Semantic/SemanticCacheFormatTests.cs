using System.Buffers;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pipeline.Caching;

/// <summary>What docs/formats.md says of the semantic cache, held against what is stored.</summary>
public class SemanticCacheFormatTests
{
    private const string Text = "How do I reset my password?";
    private const string Key = "semantic:rTeaSAwY9R9kasWLTTwlIFFObUKmjhgnrxCDGP5dYWk";
    private const string Group = "EbxeDfm6NL4ILzMD0Jqw1Id5pKqQej4mDrcMLL7REBI";

    [Fact]
    public async Task A_request_and_its_answer_are_stored_as_documented()
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Text, "acme");

        var collection = (await host.Index.Collections.ListAsync()).Single().Definition;
        (collection.Name, collection.Model, collection.Dimension).Should().Be(("semantic-cache::spelling:512", "spelling", 512));
        collection.FilterFields.Keys.Should().BeEquivalentTo("group", "until");
        await foreach (var item in host.Index.ReadAsync(new("semantic-cache::spelling:512", "acme")))
        {
            item.Id.Should().Be(Key);
            item.Payload.Keys.Should().BeEquivalentTo("text", "group", "until");
            item.Payload["text"].AsText.Should().Be(Text);
            item.Payload["group"].AsText.Should().Be(Group);
            item.Payload["until"].AsWholeNumber.Should().Be(host.Clock.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());
        }
    }

    [Fact]
    public async Task The_answer_is_a_step_value_with_the_tags_of_all_and_of_its_step()
    {
        await using var host = new SemanticHost(cache => cache.Tags(_ => ["own"]));
        await host.RunAsync(Text, "acme");
        var value = new ArrayBufferWriter<byte>();

        var found = await host.Services.GetRequiredService<ICacheBackend>().TryGetAsync(Key, value);

        found.IsFresh.Should().BeTrue();
        found.Tags.Select(tag => tag.Tag).Should().BeEquivalentTo("*", "own", "semantic:gthEIEVniqIt_QB6u-lMx0hrgk2MnraYGMkVz1jTb7I");
        Convert.ToHexString(value.WrittenSpan).Should().StartWith("0101");
    }

    [Fact]
    public async Task A_long_name_of_a_model_is_hashed()
    {
        await using var host = new SemanticHost();
        host.Embedder.ModelId = new string('m', 510);
        await host.RunAsync(Text);

        (await host.Index.Collections.ListAsync()).Single().Definition.Name.Should().MatchRegex("^semantic-cache:[A-Za-z0-9_-]{43}$");
        (await host.RunAsync(Text)).Attempts.Should().Be(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0101FF")]
    public async Task A_stored_answer_that_cannot_be_read_is_a_miss_and_is_replaced(string bytes)
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Text, "acme");
        var cache = host.Services.GetRequiredService<ICacheBackend>();
        await cache.SetAsync(Key, new ReadOnlySequence<byte>(Convert.FromHexString(bytes)), new CacheEntryOptions { FreshFor = TimeSpan.FromHours(1) });

        (await host.RunAsync(Text, "acme")).CacheOutcome.Should().Be(Telemetry.CacheOutcome.Miss);
        (await host.RunAsync(Text, "acme")).CacheOutcome.Should().Be(Telemetry.CacheOutcome.SemanticHit);
    }
}
