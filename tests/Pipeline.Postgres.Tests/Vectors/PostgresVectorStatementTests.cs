using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>Statements, as the server counts them.</summary>
public sealed class PostgresVectorStatementTests : IAsyncLifetime
{
    private static readonly VectorScope Scope = new("counted", "acme");

    private readonly TestVectors _vectors = new(seed: 3, dimension: 8, clusters: 3);
    private VectorProcess? _process;

    private PostgresVectorIndex Index => _process!.Index;

    public async Task InitializeAsync()
    {
        _process = await VectorProcess.OpenAsync();
        await Index.Collections.EnsureAsync(TestVectors.Definition(Scope.Collection, dimension: 8));
        await Index.CountAsync(Scope);
        await Index.CountAsync(new VectorScope("counted", "acme", version: 1));
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_call_is_one_statement_and_so_is_a_batch()
    {
        VectorItem[] items = [.. Enumerable.Range(0, 100).Select(_vectors.Item)];
        var query = new VectorQuery { Vector = _vectors.Next(), Filter = VectorFilter.EqualTo("half", 1) };
        Func<Task>[] calls =
        [
            async () => await Index.UpsertAsync(Scope, items),
            async () => await Index.SearchAsync(Scope, query),
            async () => await Index.SearchAsync(Scope, query with { Exact = true, IncludeVectors = true }),
            async () => await Index.SearchAsync(new VectorScope("counted", "acme", version: 1), query with { Filter = null }),
            async () => await Index.CountAsync(Scope, query.Filter),
            async () => await Index.ReadAsync(Scope).ToListAsync(),
            async () => await Index.DeleteAsync(Scope, [.. items.Take(90).Select(static item => item.Id)]),
            async () => await Index.DeleteWhereAsync(Scope, query.Filter),
            async () => await Index.DeleteAllAsync(Scope),
            async () => await Index.Collections.EnsureAsync(TestVectors.Definition(Scope.Collection, dimension: 8)),
            async () => await Index.Collections.BuildAsync(TestVectors.Definition(Scope.Collection, dimension: 8)),
            async () => await Index.Collections.RetireAsync(Scope.Collection, 2),
            async () => await Index.Collections.SwitchAsync(Scope.Collection, 1),
            async () => await Index.Collections.ListAsync(),
        ];
        var counter = StatementCounter.Of(await SharedServers.NodeAsync(), _process!.ConnectionString);
        foreach (var (number, call) in calls.Index())
        {
            await counter.ResetAsync();
            await call();
            (await counter.ReadAsync()).Operations.Should().Be(1, "call {0}", number);
        }
    }

    [Fact]
    public async Task A_switch_by_another_process_costs_the_next_call_two_more()
    {
        var definition = TestVectors.Definition("switched", dimension: 8);
        var scope = new VectorScope("switched", "acme");
        await Index.Collections.EnsureAsync(definition);
        await Index.CountAsync(scope);
        await using var other = VectorProcess.Open(_process!.ConnectionString);
        var built = await other.Index.Collections.BuildAsync(definition with { Dimension = 4 });
        await other.Index.Collections.ValidateAsync("switched", built.Version);
        await other.Index.Collections.SwitchAsync("switched", built.Version);
        var counter = StatementCounter.Of(await SharedServers.NodeAsync(), _process.ConnectionString);
        await counter.ResetAsync();

        await Index.CountAsync(scope);
        (await counter.ReadAsync()).Operations.Should().Be(3);
        await Index.UpsertAsync(scope, [new VectorItem { Id = "a", Vector = new float[] { 1, 2, 3, 4 } }]);
        (await counter.ReadAsync()).Operations.Should().Be(4);
    }
}
