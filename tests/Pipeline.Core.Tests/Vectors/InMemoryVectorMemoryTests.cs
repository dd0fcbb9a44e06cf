using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Vectors;

[Collection(nameof(VectorAloneCollection))]
public class InMemoryVectorMemoryTests(ITestOutputHelper output)
{
    private const int Dimension = 256;
    private const int BytesOfVector = Dimension * sizeof(float);

    private readonly Random _random = new(5);

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task A_search_allocates_by_its_results_and_not_by_the_items(int? oneOf)
    {
        var few = await MeasureSearchAsync(items: 200, oneOf);
        var many = await MeasureSearchAsync(items: 20_000, oneOf);

        output.WriteLine($"{few} B of 200 items, {many} B of 20,000");
        many.Should().BeLessThan(2_500).And.BeCloseTo(few, 400);
    }

    [Fact]
    public async Task A_count_allocates_nothing_by_the_items()
    {
        var index = await FilledAsync(20_000);
        var filter = VectorFilter.Not(VectorFilter.EqualTo("n", 1));

        Measure(() => SampleVectors.Completed(index.CountAsync(SampleVectors.Scope, filter)) == 19_800).Should().BeLessThan(2_000);
        Measure(() => SampleVectors.Completed(index.CountAsync(SampleVectors.Scope)) == 20_000).Should().Be(0);
    }

    [Fact]
    public async Task Memory_comes_back_after_deletions()
    {
        const int Items = 20_000;
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        var index = await FilledAsync(Items);
        var full = GC.GetTotalMemory(forceFullCollection: true) - empty;

        for (var first = 0; first < Items * 9 / 10; first += 1_000)
        {
            // Every tenth stays, so that no segment dies as a whole.
            await index.DeleteAsync(SampleVectors.Scope, [.. Enumerable.Range(first, 1_000).Select(number => $"i{number / 9 * 10 + 1 + (number % 9)}")]);
        }

        var left = GC.GetTotalMemory(forceFullCollection: true) - empty;
        (await index.CountAsync(SampleVectors.Scope)).Should().Be(Items / 10);
        output.WriteLine($"{full / Items} B an item, {left / (Items / 10)} B an item after deletions");
        (full / Items).Should().BeLessThan(BytesOfVector + 900);
        left.Should().BeLessThan(full / 4);

        await index.DeleteAllAsync(SampleVectors.Scope);
        (GC.GetTotalMemory(forceFullCollection: true) - empty).Should().BeLessThan(100_000);
        GC.KeepAlive(index);
    }

    [Fact]
    public async Task Replacing_over_and_over_takes_no_more_memory_than_a_segment()
    {
        var index = await FilledAsync(1_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 50_000; i++)
        {
            await index.UpsertAsync(SampleVectors.Scope, [SampleVectors.Item($"i{i % 1_000}", SampleVectors.Vector(_random, Dimension), ("n", (long)(i % 100)))]);
        }

        (await index.CountAsync(SampleVectors.Scope)).Should().Be(1_000);
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(SegmentStorage.MostSlotsOf(Dimension) * BytesOfVector);
        GC.KeepAlive(index);
    }

    [Fact]
    public async Task Tenants_that_are_gone_and_versions_that_are_retired_leave_nothing()
    {
        var index = await SampleVectors.OpenAsync(Dimension);
        await UseAndLeaveAsync(0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 1; i <= 2_000; i++)
        {
            await UseAndLeaveAsync(i);
        }

        for (var i = 0; i < 20; i++)
        {
            var built = await index.Collections.BuildAsync(new VectorCollectionDefinition { Name = SampleVectors.Scope.Collection, Model = "model", Dimension = Dimension });
            await index.FillAsync(
                new VectorScope(SampleVectors.Scope.Collection, "acme", built.Version),
                Enumerable.Range(0, 1_000).Select(number => SampleVectors.Item($"i{number}", SampleVectors.Vector(_random, Dimension))));
            await index.Collections.RetireAsync(SampleVectors.Scope.Collection, built.Version);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(200_000);
        GC.KeepAlive(index);

        async Task UseAndLeaveAsync(int number)
        {
            var scope = new VectorScope(SampleVectors.Scope.Collection, $"tenant-{number}");
            await index.UpsertAsync(scope, [SampleVectors.Item("a", SampleVectors.Vector(_random, Dimension)), SampleVectors.Item("b", SampleVectors.Vector(_random, Dimension))]);
            await index.DeleteAsync(scope, ["a"]);
            await index.DeleteWhereAsync(scope, VectorFilter.Not(VectorFilter.EqualTo("x", 1)));
        }
    }

    private async Task<long> MeasureSearchAsync(int items, int? oneOf)
    {
        var index = await FilledAsync(items);
        var query = new VectorQuery
        {
            Vector = SampleVectors.Vector(_random, Dimension),
            Limit = 2,
            Filter = oneOf is { } divisor ? VectorFilter.Between("n", max: (100 / divisor) - 1) : null,
        };
        return Measure(() => SampleVectors.Completed(index.SearchAsync(SampleVectors.Scope, query)).Count == 2);
    }

    private async Task<InMemoryVectorIndex> FilledAsync(int items)
    {
        var index = await SampleVectors.OpenAsync(Dimension, fields: ("n", VectorValueKind.WholeNumber));
        await index.FillAsync(
            SampleVectors.Scope, Enumerable.Range(0, items).Select(i => SampleVectors.Item($"i{i}", SampleVectors.Vector(_random, Dimension), ("n", (long)(i % 100)))));
        return index;
    }

    private static long Measure(Func<bool> call)
    {
        call().Should().BeTrue();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRight = call();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        isRight.Should().BeTrue();
        return allocated;
    }
}
