using System.Buffers;
using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Serializers, sizes, and the stored form.</summary>
public sealed class TieredCacheValueTests
{
    [Theory]
    [InlineData("hello", "1068656C6C6F")]
    [InlineData("", "10")]
    [InlineData("ü€", "10C3BCE282AC")]
    public async Task The_stored_form_of_text_is_a_byte_and_utf_8(string value, string expected)
    {
        using var host = await TieredHost.SharedAsync();
        await host.Cache.SetAsync("key", value);

        (await StoredAsync(host)).Should().Be(expected);
    }

    [Fact]
    public async Task The_stored_form_of_null_is_one_byte_and_of_bytes_the_bytes_and_of_others_json()
    {
        using var host = await TieredHost.SharedAsync();
        await host.Cache.SetAsync<Box?>("key", null);
        (await StoredAsync(host)).Should().Be("11");
        await host.Cache.SetAsync("key", new byte[] { 0, 255 });
        (await StoredAsync(host)).Should().Be("1000FF");
        await host.Cache.SetAsync("key", new Box { Text = "a" });
        (await StoredAsync(host)).Should().Be("10" + Convert.ToHexString("{\"Text\":\"a\"}"u8));
        await host.Cache.SetAsync("key", 7);
        (await StoredAsync(host)).Should().Be("1037");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_value_that_is_too_large_is_returned_and_not_stored(bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local(Limit) : await TieredHost.SharedAsync(Limit);
        var runs = 0;
        for (var i = 0; i < 2; i++)
        {
            (await host.Cache.GetOrCreateAsync("text", _ => Make(new string('x', 101)))).Should().HaveLength(101);
            (await host.Cache.GetOrCreateAsync("box", _ => Make(new Box { Text = new string('x', 101) }))).Text.Should().HaveLength(101);
        }

        runs.Should().Be(4);
        (await host.Cache.GetOrCreateAsync("fits", _ => Make(new string('x', 100)))).Should().HaveLength(100);
        (await host.Cache.PeekAsync("fits")).Should().NotBeNull();
        await host.Cache.SetAsync("fits", new string('x', 101));
        (await host.Cache.PeekAsync("fits")).Should().BeNull("what was replaced must not be served");
        host.Metrics.Of("pipeline.cache.oversized").Should().HaveCount(5);
        host.Logs.Entries.Count(entry => entry.Id == 3020).Should().Be(5);

        ValueTask<T> Make<T>(T value)
        {
            runs++;
            return ValueTask.FromResult(value);
        }

        static void Limit(TieredCacheOptions options) => options.MaxValueBytes = 100;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_serializer_that_throws_half_way_stores_nothing(bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local(services: Add) : await TieredHost.SharedAsync(services: Add);
        var box = new Box { Text = "a" };
        (await host.Cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(box))).Should().BeSameAs(box);
        host.Cache.Core.Local.Count.Should().Be(0);
        (await StoredAsync(host)).Should().BeEmpty();
        host.Metrics.Of("pipeline.cache.unserializable").Should().ContainSingle();
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 3021);

        await host.Cache.Awaiting(cache => cache.SetAsync("key", box).AsTask()).Should().ThrowAsync<InvalidDataException>();
        (await StoredAsync(host)).Should().BeEmpty();

        static void Add(IServiceCollection services) => services.AddSingleton<IHybridCacheSerializer<Box>>(new HalfSerializer());
    }

    [Fact]
    public async Task Text_that_has_no_utf_8_form_is_not_stored_as_something_else()
    {
        using var host = await TieredHost.SharedAsync();

        (await host.Cache.GetOrCreateAsync("key", static _ => ValueTask.FromResult("half \uD800"))).Should().Be("half \uD800");
        (await StoredAsync(host)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_type_that_nothing_can_write_is_returned_and_not_stored()
    {
        using var host = TieredHost.Local(services: services => services.AddSingleton<IHybridCacheSerializerFactory>(new RefusingFactory()));

        (await host.Cache.GetOrCreateAsync("key", static _ => ValueTask.FromResult(new Box { Text = "a" }))).Text.Should().Be("a");
        host.Cache.Core.Local.Count.Should().Be(0);
    }

    [Fact]
    public async Task Serializers_are_found_by_type_then_by_the_last_factory_that_knows_it()
    {
        using var host = await TieredHost.SharedAsync(services: services => services
            .AddSingleton<IHybridCacheSerializerFactory>(new MarkFactory("first"))
            .AddSingleton<IHybridCacheSerializerFactory>(new MarkFactory("last"))
            .AddSingleton<IHybridCacheSerializer<string>>(new MarkSerializer<string>("own")));
        await host.Cache.SetAsync("key", "text");
        (await StoredAsync(host)).Should().Be("10" + Convert.ToHexString("own"u8));
        await host.Cache.SetAsync("key", new Box());
        (await StoredAsync(host)).Should().Be("10" + Convert.ToHexString("last"u8));
    }

    [Fact]
    public async Task An_entry_of_this_process_that_cannot_be_read_any_more_is_a_miss()
    {
        var serializer = new FickleSerializer();
        using var host = TieredHost.Local(services: services => services.AddSingleton<IHybridCacheSerializer<Box>>(serializer));
        await host.Cache.SetAsync("key", new Box { Text = "old" });
        serializer.Fails = true;

        (await host.Cache.GetOrCreateAsync("key", static _ => ValueTask.FromResult(new Box { Text = "new" }))).Text.Should().Be("new");
        host.Metrics.Of("pipeline.cache.unreadable").Should().ContainSingle();
    }

    [Fact]
    public async Task What_is_not_to_be_kept_goes_to_those_who_wait_alone()
    {
        using var host = await TieredHost.SharedAsync();
        for (var i = 1; i <= 2; i++)
        {
            var value = $"value {i}";
            var answer = await host.Cache.AskAsync(
                "key", value, static (made, _, _) => ValueTask.FromResult(made), TieredCache.PolicyOf(new CacheEntryPreset()), tags: null,
                HybridCacheEntryFlags.None, keep: static _ => false, CancellationToken.None);
            answer.Value.Should().Be(value);
        }

        (await StoredAsync(host)).Should().BeEmpty();
    }

    private static async Task<string> StoredAsync(TieredHost host)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await host.Store.TryGetAsync("key", buffer);
        return Convert.ToHexString(buffer.WrittenSpan);
    }

    private sealed class HalfSerializer : IHybridCacheSerializer<Box>
    {
        public Box Deserialize(ReadOnlySequence<byte> source) => throw new InvalidDataException("half a value was stored");

        public void Serialize(Box value, IBufferWriter<byte> target)
        {
            target.Write("half"u8);
            throw new InvalidDataException("half");
        }
    }

    private sealed class FickleSerializer : IHybridCacheSerializer<Box>
    {
        public bool Fails { get; set; }

        public Box Deserialize(ReadOnlySequence<byte> source) => Fails ? throw new InvalidDataException("unreadable") : new Box { Text = "read" };

        public void Serialize(Box value, IBufferWriter<byte> target) => target.Write("x"u8);
    }

    private sealed class MarkSerializer<T>(string mark) : IHybridCacheSerializer<T>
    {
        public T Deserialize(ReadOnlySequence<byte> source) => default!;

        public void Serialize(T value, IBufferWriter<byte> target) => target.Write(System.Text.Encoding.UTF8.GetBytes(mark));
    }

    private sealed class MarkFactory(string mark) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = new MarkSerializer<T>(mark);
            return true;
        }
    }

    private sealed class RefusingFactory : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer) =>
            throw new InvalidOperationException("Nothing says how it is written.");
    }
}
