using FluentAssertions;
using Npgsql;
using Pipeline.Postgres.Fixtures;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>What keeps tenants apart, as the role of an application, which owns the tables and is no superuser.</summary>
public sealed class PostgresVectorWallTests : IAsyncLifetime
{
    private const int Dimension = 8;

    private VectorProcess? _process;

    private PostgresVectorIndex Index => _process!.Index;

    public async Task InitializeAsync() => _process = await VectorProcess.OpenAsync();

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_query_that_names_no_tenant_sees_nothing_and_writes_nothing_even_the_owners()
    {
        var scope = await FillAsync("walls");
        (await Index.CountAsync(scope)).Should().Be(3);

        foreach (var table in new[] { "vector_items", "vector_items_1" })
        {
            (await _process!.RowsAsync($"SELECT id FROM pipeline.{table}")).Should().BeEmpty();
            (await _process.RowsAsync($"SELECT id FROM pipeline.{table} WHERE tenant = 'acme'")).Should().BeEmpty();
            (await _process.RowsAsync($"DELETE FROM pipeline.{table} RETURNING id")).Should().BeEmpty();
            var inserting = async () => await _process.RowsAsync($"INSERT INTO pipeline.{table} VALUES (1, 'acme', 'x', ARRAY[1]::real[], '{{}}')");
            (await inserting.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
        }

        (await Index.CountAsync(scope)).Should().Be(3);
    }

    [Fact]
    public async Task A_query_of_one_tenant_never_sees_another_whatever_it_asks_for()
    {
        await FillAsync("walls");

        var seen = await _process!.RowsAsync(
            "SELECT i.tenant FROM (SELECT set_config('pipeline.tenant', 'other', false) AS tenant) s CROSS JOIN LATERAL (SELECT tenant FROM pipeline.vector_items WHERE s.tenant IS NOT NULL OFFSET 0) i");

        seen.Should().Equal("other");
    }

    [Fact]
    public async Task The_tenant_of_a_call_does_not_stay_on_the_connection()
    {
        await FillAsync("walls");
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_process!.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true });
        await using var own = VectorProcess.Open(source.ConnectionString);
        (await own.Index.CountAsync(new VectorScope("walls", "acme"))).Should().Be(3);

        await using var command = source.CreateCommand("SELECT count(*) FROM pipeline.vector_items");
        (await command.ExecuteScalarAsync()).Should().Be(0L);
    }

    /// <summary>The same texts, hence the same vectors, payloads and ids, in tenants whose names look alike: what a call gives and changes is always its own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Identical_texts_of_two_tenants_never_meet(int seed)
    {
        var random = new Random(seed);
        string[] tenants = ["acme", "Acme", "acme' OR true --"];
        var definition = TestVectors.Definition($"texts-{seed}", Dimension, (VectorDistance)(seed % 3));
        await Index.Collections.EnsureAsync(definition);
        var vectors = new TestVectors(seed, Dimension, clusters: 5);
        VectorItem[] texts = [.. Enumerable.Range(0, 40).Select(vectors.Item)];
        var model = tenants.ToDictionary(static tenant => tenant, static _ => new HashSet<string>());
        for (var i = 0; i < 120; i++)
        {
            var tenant = tenants[random.Next(tenants.Length)];
            var scope = new VectorScope(definition.Name, tenant);
            var some = texts.Where(_ => random.Next(8) == 0).Append(texts[0]).DistinctBy(static item => item.Id).ToList();
            switch (random.Next(6))
            {
                case 0 or 1:
                    await Index.UpsertAsync(scope, [.. some.Select(item => Marked(item, tenant))]);
                    model[tenant].UnionWith(some.Select(static item => item.Id));
                    break;
                case 2:
                    await Index.DeleteAsync(scope, [.. some.Select(static item => item.Id)]);
                    model[tenant].ExceptWith(some.Select(static item => item.Id));
                    break;
                case 3:
                    var filter = VectorFilter.EqualTo("half", 1);
                    await Index.DeleteWhereAsync(scope, filter);
                    model[tenant].ExceptWith(texts.Where(item => filter.Matches(item.Payload)).Select(static item => item.Id));
                    break;
                default:
                    await AssertOwnAsync(scope, model[tenant], some[0].Vector, isExact: random.Next(2) == 0);
                    break;
            }
        }
    }

    [Fact]
    public async Task A_role_that_owns_nothing_has_the_use_of_it_all()
    {
        await FillAsync("walls");
        var role = $"app_{Guid.NewGuid():N}";
        var connectionString = new NpgsqlConnectionStringBuilder(_process!.ConnectionString);
        await (await SharedServers.NodeAsync()).ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD '{role}'");
        await _process.RowsAsync(
            $"GRANT USAGE ON SCHEMA pipeline TO {role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pipeline TO {role}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pipeline TO {role}");
        (connectionString.Username, connectionString.Password) = (role, role);
        await using var other = VectorProcess.Open(connectionString.ConnectionString);

        (await other.Index.CountAsync(new VectorScope("walls", "acme"))).Should().Be(3);
        var scope = await FillAsync("of the role", other.Index);
        (await other.Index.CountAsync(scope)).Should().Be(3);
        await other.Index.Collections.BuildAsync(TestVectors.Definition("of the role", Dimension));
        (await other.Index.Collections.ValidateAsync("of the role", 1)).IsValid.Should().BeTrue();
        await other.Index.Collections.RetireAsync("of the role", 2);
        (await other.RowsAsync("SELECT id FROM pipeline.vector_items")).Should().BeEmpty();
    }

    private static VectorItem Marked(VectorItem item, string tenant) =>
        item with { Payload = new Dictionary<string, VectorValue>(item.Payload) { ["tenant"] = tenant } };

    private async Task AssertOwnAsync(VectorScope scope, HashSet<string> ids, ReadOnlyMemory<float> vector, bool isExact)
    {
        var found = await Index.SearchAsync(scope, new VectorQuery { Vector = vector, Limit = 100, Exact = isExact });
        found.Select(static match => match.Id).Should().BeEquivalentTo(ids);
        found.Select(static match => match.Payload["tenant"].AsText).Distinct().Should().BeSubsetOf([scope.Tenant]);
        (await Index.CountAsync(scope)).Should().Be(ids.Count);
        await foreach (var item in Index.ReadAsync(scope))
        {
            ids.Should().Contain(item.Id);
            item.Payload["tenant"].AsText.Should().Be(scope.Tenant);
        }
    }

    private async Task<VectorScope> FillAsync(string collection, PostgresVectorIndex? index = null)
    {
        index ??= Index;
        await index.Collections.EnsureAsync(TestVectors.Definition(collection, Dimension));
        var vectors = new TestVectors(seed: 1, Dimension, clusters: 2);
        var scope = new VectorScope(collection, "acme");
        await index.UpsertAsync(scope, [.. Enumerable.Range(0, 3).Select(vectors.Item)]);
        await index.UpsertAsync(new VectorScope(collection, "other"), [vectors.Item(0)]);
        return scope;
    }
}
