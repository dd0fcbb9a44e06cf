using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Xunit;

namespace Pipeline.Caching;

public abstract partial class HybridCacheUserTests
{
    [Fact]
    public async Task Null_is_a_value()
    {
        var runs = 0;
        for (var i = 0; i < 3; i++)
        {
            (await Cache.GetOrCreateAsync("text", Null<string?>)).Should().BeNull();
            (await Cache.GetOrCreateAsync("box", Null<Box?>)).Should().BeNull();
            (await Cache.GetOrCreateAsync("seal", Null<Seal?>)).Should().BeNull();
            (await Cache.GetOrCreateAsync("number", Null<int?>)).Should().BeNull();
        }

        runs.Should().Be(4);

        ValueTask<T?> Null<T>(CancellationToken token)
        {
            runs++;
            return ValueTask.FromResult(default(T));
        }
    }

    [Fact]
    public async Task Each_caller_has_a_copy_of_its_own_of_what_can_change_and_shares_what_cannot()
    {
        var box = await Cache.GetOrCreateAsync("box", static _ => ValueTask.FromResult(new Box { Text = "a" }));
        box.Text = "changed";
        var again = await Cache.GetOrCreateAsync("box", static _ => ValueTask.FromResult(new Box { Text = "b" }));
        again.Text.Should().Be("a");
        var bytes = await Cache.GetOrCreateAsync("bytes", static _ => ValueTask.FromResult<byte[]>([1, 2]));
        bytes[0] = 9;
        (await Cache.GetOrCreateAsync("bytes", static _ => ValueTask.FromResult<byte[]>([]))).Should().Equal(1, 2);

        var seal = await Cache.GetOrCreateAsync("seal", static _ => ValueTask.FromResult(new Seal("s")));
        var same = await Cache.GetOrCreateAsync("seal", static _ => ValueTask.FromResult(new Seal("t")));
        same.Should().BeSameAs(seal);
        (await Cache.GetOrCreateAsync("point", static _ => ValueTask.FromResult(new Point(1, 2)))).Should().Be(new Point(1, 2));
        (await Cache.GetOrCreateAsync("point", static _ => ValueTask.FromResult(default(Point)))).Should().Be(new Point(1, 2));
    }

    [Fact]
    public async Task Callers_who_share_a_run_share_no_object_that_can_change()
    {
        var value = new TaskCompletionSource<Box>();
        var asked = Enumerable.Range(0, 10).Select(_ => Cache.GetOrCreateAsync("key", _ => new ValueTask<Box>(value.Task)).AsTask()).ToArray();
        value.SetResult(new Box { Text = "a" });

        var got = await Task.WhenAll(asked);

        got.Distinct().Should().HaveCount(10);
        got.Should().OnlyContain(box => box.Text == "a");
    }

    [Fact]
    public async Task Interpolated_and_span_keys_find_the_same_entries()
    {
        var factory = new Factory();
        var id = 7;
        (await Cache.GetOrCreateAsync($"key:{id}", factory.MakeAsync)).Should().Be("1");
        (await Cache.GetOrCreateAsync("key:7".AsSpan(), factory.MakeAsync)).Should().Be("1");
        (await Cache.GetOrCreateAsync("key:7", factory, static (made, token) => made.MakeAsync(token))).Should().Be("1");
        (await Cache.GetOrCreateAsync($"key:{id}", factory, static (made, token) => made.MakeAsync(token))).Should().Be("1");
        factory.Runs.Should().Be(1);
    }
}
