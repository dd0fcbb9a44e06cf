using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Postgres.Fixtures;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>
/// Generated writes of several callers over a network that cuts connections, before a statement or after it: in the end each item is what the last answered write made of
/// it, or one of those without an answer after that, and a batch is written whole or not at all.
/// </summary>
public sealed class PostgresVectorFaultHistoryTests
{
    private const int Callers = 4;
    private const int CallsEach = 60;
    private const int ItemsEach = 6;
    private const string Version = "version";
    private const string Batch = "batch";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_cut_each_item_is_as_one_of_its_last_writes_left_it(int seed)
    {
        var node = await SharedServers.NodeAsync();
        var database = new NpgsqlConnectionStringBuilder(await VectorDatabase.CreateAsync(PostgresTopologyKind.Node)).Database!;
        await using var before = VectorProcess.Open(node.ConnectionString(database));
        await before.Index.Collections.EnsureAsync(TestVectors.Definition("items", dimension: 4));
        await using var network = LossyNetwork.Start(node.EndPoint, "vector_", (ulong)seed);
        await using var process = VectorProcess.Open(node.ConnectionString(database, network.EndPoint));
        var possible = new Dictionary<string, HashSet<long>>[Callers];

        await SideBySide.RunAsync(Callers, async caller =>
        {
            possible[caller] = Enumerable.Range(0, ItemsEach).ToDictionary(number => $"{caller}-{number}", static _ => new HashSet<long> { 0 });
            var random = new SeededRandom((ulong)((seed * Callers) + caller + 2_000));
            for (var call = 1; call <= CallsEach; call++)
                await WriteAsync(process.Index, new VectorScope("items", $"tenant-{caller % 2}"), possible[caller], random, call);
        });
        await network.CalmAsync();

        network.Faults.Should().BePositive();
        for (var caller = 0; caller < Callers; caller++)
        {
            var stored = await before.Index.ReadAsync(new VectorScope("items", $"tenant-{caller % 2}")).ToDictionaryAsync(static item => item.Id);
            foreach (var (id, versions) in possible[caller])
                versions.Should().Contain(stored.TryGetValue(id, out var item) ? item.Payload[Version].AsWholeNumber : 0, "of item {0}", id);
            foreach (var batch in stored.Values.Where(item => item.Id.StartsWith($"{caller}-", StringComparison.Ordinal)).GroupBy(static item => item.Payload[Version].AsWholeNumber))
                batch.Select(static item => item.Payload[Batch].AsWholeNumber).Distinct().Should().ContainSingle("one write made them");
        }
    }

    private static async Task WriteAsync(PostgresVectorIndex index, VectorScope scope, Dictionary<string, HashSet<long>> possible, SeededRandom random, int call)
    {
        string[] ids = [.. possible.Keys.Where(_ => random.Chance(40))];
        if (ids.Length == 0)
            return;

        var isDeletion = random.Chance(25);
        var version = isDeletion ? 0 : call;
        try
        {
            if (isDeletion)
                await index.DeleteAsync(scope, ids);
            else
                await index.UpsertAsync(scope, [.. ids.Select(id => Item(id, version, ids.Length))]);
            foreach (var id in ids)
                possible[id] = [version];
        }
        catch (BackendUnavailableException)
        {
            foreach (var id in ids)
                possible[id].Add(version);
        }
    }

    private static VectorItem Item(string id, int version, int batch) => new()
    {
        Id = id,
        Vector = new float[] { version, batch, 1, 0 },
        Payload = new Dictionary<string, VectorValue> { [Version] = (long)version, [Batch] = (long)batch },
    };
}
