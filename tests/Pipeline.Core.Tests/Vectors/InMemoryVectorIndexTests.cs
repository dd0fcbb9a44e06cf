using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Vectors;

public class InMemoryVectorIndexTests
{
    // 256 slots a segment, four words of bits.
    private const int SegmentedDimension = 4_096;

    private static readonly float[] One = [1];

    [Fact]
    public void Versions_are_dated_by_the_clock_that_was_given()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.Zero));
        var index = new InMemoryVectorIndex(clock);

        var version = SampleVectors.Completed(index.Collections.EnsureAsync(new VectorCollectionDefinition { Name = "a", Model = "m", Dimension = 1 }));

        version.Created.Should().Be(clock.GetUtcNow());
    }

    [Theory]
    [InlineData(1, 4_096)]
    [InlineData(256, 4_096)]
    [InlineData(384, 2_048)]
    [InlineData(512, 2_048)]
    [InlineData(513, 1_024)]
    [InlineData(4_096, 256)]
    [InlineData(16_000, 64)]
    public void Segments_have_a_power_of_two_slots_and_about_4_MiB(int dimension, int slots)
    {
        SegmentStorage.MostSlotsOf(dimension).Should().Be(slots);
        SegmentStorage.CapacityFor(1, dimension).Should().BeLessThanOrEqualTo(8);
        SegmentStorage.CapacityFor(int.MaxValue / 2, dimension).Should().Be(slots);
    }

    [Fact]
    public async Task Over_many_segments_any_sequence_of_changes_leaves_what_the_model_has()
    {
        var random = new Random(11);
        var index = await SampleVectors.OpenAsync(SegmentedDimension, VectorDistance.DotProduct, ("group", VectorValueKind.WholeNumber));
        var model = new Dictionary<string, int>();
        for (var round = 0; round < 120; round++)
        {
            await ChangeAsync(round);

            (await index.CountAsync(SampleVectors.Scope)).Should().Be(model.Count);
            var group = random.Next(5);
            (await index.CountAsync(SampleVectors.Scope, VectorFilter.EqualTo("group", group))).Should().Be(model.Values.Count(one => one == group));
            var filter = VectorFilter.Not(VectorFilter.EqualTo("group", group));
            var found = await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = Marked(1, 1), Limit = 1_000, Filter = filter });
            found.Should().HaveCount(Math.Min(1_000, model.Values.Count(one => one != group)));
            found.Should().OnlyContain(match => model[match.Id] == match.Payload["group"].AsWholeNumber && model[match.Id] != group);
        }

        var read = new Dictionary<string, int>();
        await foreach (var item in index.ReadAsync(SampleVectors.Scope))
        {
            read.Add(item.Id, (int)item.Vector.Span[1]);
        }

        read.Should().Equal(model);

        async Task ChangeAsync(int round)
        {
            if (round % 3 < 2)
            {
                var items = Enumerable.Range(0, random.Next(1, 300)).Select(_ => random.Next(1_500)).Distinct().Select(id => (Id: $"i{id}", Group: random.Next(5))).ToList();
                await index.UpsertAsync(
                    SampleVectors.Scope, [.. items.Select(one => SampleVectors.Item(one.Id, Marked(random.Next(10), one.Group), ("group", (long)one.Group)))]);
                items.ForEach(one => model[one.Id] = one.Group);
            }
            else if (random.Next(3) == 0)
            {
                var group = random.Next(5);
                await index.DeleteWhereAsync(SampleVectors.Scope, VectorFilter.EqualTo("group", group));
                model = model.Where(one => one.Value != group).ToDictionary();
            }
            else
            {
                var gone = model.Keys.Where(_ => random.Next(3) == 0).Take(VectorArguments.MaxBatchSize).Append("never there").ToList();
                await index.DeleteAsync(SampleVectors.Scope, gone);
                gone.ForEach(id => model.Remove(id));
            }
        }
    }

    [Fact]
    public async Task Texts_with_the_same_hash_are_told_apart()
    {
        var (first, second) = FindCollision();
        var index = await SampleVectors.OpenAsync(1, fields: ("text", VectorValueKind.Text));
        await index.UpsertAsync(SampleVectors.Scope, [SampleVectors.Item("first", [1], ("text", first)), SampleVectors.Item("second", [1], ("text", second))]);

        (await index.CountAsync(SampleVectors.Scope, VectorFilter.EqualTo("text", first))).Should().Be(1);
        (await index.CountAsync(SampleVectors.Scope, VectorFilter.AnyOf("text", second, "x"))).Should().Be(1);
        (await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = One, Filter = VectorFilter.EqualTo("text", second) }))
            .Should().ContainSingle(match => match.Id == "second");
        (await index.CountAsync(SampleVectors.Scope, VectorFilter.AnyOf("text", first, second))).Should().Be(2);
    }

    [Fact]
    public async Task A_whole_number_and_the_bits_of_another_kind_are_told_apart()
    {
        var index = await SampleVectors.OpenAsync(1, fields: ("value", VectorValueKind.WholeNumber));
        await index.UpsertAsync(
            SampleVectors.Scope,
            [
                SampleVectors.Item("one", [1], ("value", 1)), SampleVectors.Item("true", [1], ("value", true)),
                SampleVectors.Item("tiny", [1], ("value", double.Epsilon)), SampleVectors.Item("text", [1], ("value", "1")),
            ]);

        (await index.CountAsync(SampleVectors.Scope, VectorFilter.EqualTo("value", 1))).Should().Be(1);
        (await index.CountAsync(SampleVectors.Scope, VectorFilter.EqualTo("value", true))).Should().Be(1);
        (await index.CountAsync(SampleVectors.Scope, VectorFilter.Between("value", min: 1))).Should().Be(1);
        (await index.CountAsync(SampleVectors.Scope, VectorFilter.Between("value", max: 0.5))).Should().Be(1);
    }

    [Fact]
    public async Task Readers_see_each_batch_wholly_or_not_at_all()
    {
        const int BatchSize = 300;
        var index = await SampleVectors.OpenAsync(SegmentedDimension, VectorDistance.DotProduct, ("batch", VectorValueKind.WholeNumber));
        await index.UpsertAsync(SampleVectors.Scope, Batch(0));
        var isDone = false;

        await SideBySide.RunAsync(3, async number =>
        {
            for (var i = 1; number == 0 && i <= 100; i++)
            {
                await index.UpsertAsync(SampleVectors.Scope, Batch(i));
                Volatile.Write(ref isDone, i == 100);
            }

            while (number != 0 && !Volatile.Read(ref isDone))
            {
                var found = await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = Marked(1, 0), Limit = 1_000 });
                found.Should().HaveCount(BatchSize);
                found.Select(match => match.Payload["batch"]).Distinct().Should().ContainSingle();
                found.Should().OnlyContain(match => match.Score == match.Payload["batch"].AsWholeNumber);
            }
        });

        static VectorItem[] Batch(int number) =>
            [.. Enumerable.Range(0, BatchSize).Select(i => SampleVectors.Item($"i{i}", Marked(number, i), ("batch", (long)number)))];
    }

    [Fact]
    public async Task A_reader_goes_on_with_what_was_there_when_it_began()
    {
        var index = await SampleVectors.OpenAsync(SegmentedDimension, VectorDistance.DotProduct);
        await index.FillAsync(SampleVectors.Scope, Enumerable.Range(0, 600).Select(i => SampleVectors.Item($"i{i}", Marked(i, 1))));
        var read = 0;
        await foreach (var item in index.ReadAsync(SampleVectors.Scope))
        {
            if (read++ == 0)
            {
                await index.DeleteAllAsync(SampleVectors.Scope);
                await index.UpsertAsync(SampleVectors.Scope, [SampleVectors.Item("i0", Marked(-1, -1))]);
            }

            $"i{item.Vector.Span[0]}".Should().Be(item.Id);
        }

        read.Should().Be(600);
    }

    [Fact]
    public async Task A_search_is_cancelled_between_segments()
    {
        var index = await SampleVectors.OpenAsync(SegmentedDimension);
        await index.UpsertAsync(SampleVectors.Scope, [SampleVectors.Item("a", Marked(1, 1))]);
        var version = new VectorVersion(new VectorCollectionDefinition { Name = "a", Model = "m", Dimension = 1 }, 1, default);
        version.Upsert("acme", [SampleVectors.Item("a", [1])]);
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        var search = () => VectorScan.Search(version.Find("acme"), VectorDistance.Cosine, new VectorQuery { Vector = One }, cancellation.Token);

        search.Should().Throw<OperationCanceledException>();
    }

    private static float[] Marked(float first, float second)
    {
        var vector = new float[SegmentedDimension];
        (vector[0], vector[1]) = (first, second);
        return vector;
    }

    /// <summary>Finds two texts that stand behind the same key: among 400,000 random hashes of 32 bits there are some 18 such pairs.</summary>
    private static (string First, string Second) FindCollision()
    {
        var texts = new Dictionary<long, string>();
        for (var i = 0; ; i++)
        {
            var text = $"text-{i}";
            if (!texts.TryAdd(PayloadColumn.KeyOf(text), text))
            {
                return (texts[PayloadColumn.KeyOf(text)], text);
            }
        }
    }
}
