using System.Text;
using Npgsql;
using NpgsqlTypes;
using Pipeline.State;

namespace Pipeline.Throughput.Postgres;

/// <summary>An entry that is replaced by its version: by a bare update of a row of a table of its own, and by the store, which also tells who watches.</summary>
internal sealed class PostgresStateComparisons(NpgsqlDataSource bare, IStateStore store)
{
    private const int Entries = 10_000;

    private const string CreateTable =
        """
        DROP TABLE IF EXISTS bare_state;
        CREATE TABLE bare_state (key text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, value bytea NOT NULL) WITH (fillfactor = 70);
        """;

    private const string Replace = "UPDATE bare_state SET version = version + 1, value = $3 WHERE key = $1 AND version = $2 RETURNING version";

    private static readonly byte[] Value = Encoding.ASCII.GetBytes(new string('x', 300));

    // Of each entry: its version, of which one caller at a time has hold.
    private readonly long[] _bare = new long[Entries];
    private readonly long[] _stored = new long[Entries];
    private int _next;

    public async Task<IReadOnlyList<Comparison>> CreateAsync()
    {
        await using var create = bare.CreateCommand(CreateTable + $"INSERT INTO bare_state SELECT i, 0, repeat('x', 300)::bytea FROM generate_series(0, {Entries - 1}) AS i;");
        await create.ExecuteNonQueryAsync();
        await Parallel.ForAsync(0, Entries, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellationToken) =>
        {
            var standing = await store.GetAsync(Key(i), cancellationToken);
            _stored[i] = standing?.Version ?? (await store.CompareAndSetAsync(Key(i), Value, StateEntry.NoVersion, cancellationToken: cancellationToken)).Version;
        });
        return [new("state, replace", new("UPDATE", UpdateAsync), new("store", ReplaceAsync), [0, 0]) { Callers = [1, 16] }];
    }

    private static StateKey Key(int number) => new("throughput", $"{number}");

    private int Next() => (int)((uint)Interlocked.Increment(ref _next) % Entries);

    private async Task UpdateAsync()
    {
        var number = Next();
        await using var connection = await bare.OpenConnectionAsync();
        await using var update = new NpgsqlCommand(Replace, connection);
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{number}", NpgsqlDbType = NpgsqlDbType.Text });
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _bare[number] });
        update.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Value });
        _bare[number] = (long)(await update.ExecuteScalarAsync())!;
    }

    private async Task ReplaceAsync()
    {
        var number = Next();
        var written = await store.CompareAndSetAsync(Key(number), Value, _stored[number]);
        _stored[number] = written.Succeeded ? written.Version : throw new InvalidOperationException("Somebody else wrote the entry.");
    }
}
