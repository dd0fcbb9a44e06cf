using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>Names and values made to be taken for SQL, JSON or a jsonpath: they find what they say, and nothing else happens.</summary>
public sealed class PostgresVectorFilterTests : IAsyncLifetime
{
    private static readonly string[] Hostile =
    [
        "'", "\"", "\\", "\\\"", "') OR true --", "\" || true || \"", "$.x", "@ == 1", "$1", "{version}", "{and filter $6}", "%s", "\\u0041", "]] ? (true)", "*/", "/*",
        "x\ty\nz", "\u2028", "😀", "é", "e\u0301", "null", "true", "1", "", " ", "; DROP SCHEMA pipeline CASCADE; --", "\u0001\u001f", "$migration$",
    ];

    private static readonly string[] Names = ["a", "A", "-", "_", "a-b", "a_b", "1", "-1", "select", "true", "null", "is", "exists", "type", "E", "e-5", new('n', VectorFields.MaxNameLength)];

    private VectorProcess? _process;

    public async Task InitializeAsync() => _process = await VectorProcess.OpenAsync();

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_hostile_value_or_name_finds_what_it_says_and_nothing_else()
    {
        var index = _process!.Index;
        await index.Collections.EnsureAsync(TestVectors.Definition("hostile", dimension: 2));
        var scope = new VectorScope("hostile", "acme");
        var random = new Random(1);
        VectorItem[] items =
        [
            .. Enumerable.Range(0, 200).Select(i => new VectorItem
            {
                Id = $"i{i}",
                Vector = new float[] { 1, i },
                Payload = Names.Where(_ => random.Next(3) == 0).ToDictionary(static name => name, _ => Value(random)),
            }),
        ];
        await index.UpsertAsync(scope, items);

        for (var i = 0; i < 150; i++)
        {
            var filter = Filter(random, depth: 2);
            var expected = items.Where(item => filter.Matches(item.Payload)).Select(static item => item.Id).ToList();
            (await index.CountAsync(scope, filter)).Should().Be(expected.Count);
            (await index.SearchAsync(scope, new VectorQuery { Vector = new float[] { 1, 1 }, Limit = 1_000, Filter = filter })).Select(static match => match.Id)
                .Should().BeEquivalentTo(expected);
        }

        var stored = await index.SearchAsync(scope, new VectorQuery { Vector = new float[] { 1, 1 }, Limit = 1_000 });
        stored.Should().HaveCount(items.Length);
        stored.Should().OnlyContain(match => match.Payload.Count == 0 || match.Payload.All(field => field.Value == items.Single(item => item.Id == match.Id).Payload[field.Key]));
    }

    private static VectorValue Value(Random random) => random.Next(4) switch
    {
        0 => VectorValue.FromStrings(Hostile.Where(_ => random.Next(10) == 0)),
        1 => (long)random.Next(-2, 3),
        2 => random.Next(-4, 5) / 2d,
        _ => Text(random),
    };

    private static VectorValue Text(Random random) => Hostile[random.Next(Hostile.Length)];

    private static VectorFilter Filter(Random random, int depth)
    {
        var name = Names[random.Next(Names.Length)];
        return random.Next(depth > 0 ? 7 : 4) switch
        {
            0 or 1 => VectorFilter.EqualTo(name, Text(random)),
            2 => VectorFilter.AnyOf(name, Text(random), Text(random), Text(random)),
            3 => VectorFilter.Between(name, random.Next(-2, 1), random.Next(1, 3) / 2d),
            4 => VectorFilter.Not(Filter(random, depth - 1)),
            5 => VectorFilter.All(Filter(random, depth - 1), Filter(random, depth - 1)),
            _ => VectorFilter.Any(Filter(random, depth - 1), Filter(random, depth - 1)),
        };
    }
}
