using Npgsql;
using Pipeline.Queues;

namespace Pipeline.Throughput.Postgres;

/// <summary>Messages through a bare table, as one would write it by hand, and through a queue.</summary>
internal sealed class PostgresQueueComparisons(NpgsqlDataSource bare, IQueue queue)
{
    private const int BodyLength = 200;
    private const int BatchSize = 100;

    // More than a round drains.
    private const int Filling = 200_000;
    private const int FillingBatch = 1_000;

    private const string CreateTables =
        """
        DROP TABLE IF EXISTS bare_messages, bare_inserts;
        CREATE TABLE bare_messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lease_until timestamptz NOT NULL DEFAULT '-infinity', token bigint NOT NULL DEFAULT 0, body bytea NOT NULL);
        CREATE TABLE bare_inserts (LIKE pipeline.queue_messages INCLUDING ALL);
        CREATE SEQUENCE IF NOT EXISTS bare_numbers;
        """;

    // The same rows into a table of the same columns.
    private const string Insert =
        """
        INSERT INTO bare_inserts (queue, lane, seq, token, since, enqueued_at, id, most_deliveries, envelope)
        SELECT 1, m.lane, nextval('bare_numbers'), 0, now(), now(), m.id, 0, m.body FROM unnest($1, $2, $3) AS m (lane, id, body)
        """;

    private const string Lease =
        """
        UPDATE bare_messages m SET lease_until = now() + interval '30 seconds', token = m.token + 1
        FROM (SELECT id FROM bare_messages WHERE lease_until < now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) AS c
        WHERE m.id = c.id RETURNING m.id, m.token, m.body
        """;

    private const string Delete = "DELETE FROM bare_messages m USING unnest($1, $2) AS r (id, token) WHERE m.id = r.id AND m.token = r.token";

    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);
    private static readonly byte[] Body = new byte[BodyLength];
    private static readonly int[] Lanes = [.. Enumerable.Repeat(15, BatchSize)];
    private static readonly byte[][] Bodies = [.. Enumerable.Repeat(Body, BatchSize)];

    public async Task<IReadOnlyList<Comparison>> CreateAsync()
    {
        await ExecuteAsync(CreateTables);
        return
        [
            new("queue, enqueue in batches of 100", new("insert", InsertAsync), new("queue", EnqueueAsync), [0.6, 0.6], BatchSize) { Callers = [1, 4] },
            new(
                "queue, receive and complete in batches of 100",
                new("lease and delete", () => LeaseAndDeleteAsync(BatchSize), FillTableAsync),
                new("queue", () => ReceiveAndCompleteAsync(BatchSize), FillQueueAsync),
                [0.95],
                BatchSize) { Callers = [4] },
            new(
                "queue, receive and complete single messages",
                new("lease and delete", () => LeaseAndDeleteAsync(1), FillTableAsync),
                new("queue", () => ReceiveAndCompleteAsync(1), FillQueueAsync),
                [1.3]) { Callers = [16] },
        ];
    }

    private async Task InsertAsync()
    {
        await using var command = bare.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = Lanes });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. Enumerable.Range(0, BatchSize).Select(static _ => QueueMessage.NewId())] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = Bodies });
        await command.ExecuteNonQueryAsync();
    }

    private async Task EnqueueAsync() => await queue.EnqueueAsync([.. Enumerable.Range(0, BatchSize).Select(static _ => new QueueMessage(Body))]);

    private async Task LeaseAndDeleteAsync(int count)
    {
        List<long> ids = [];
        List<long> tokens = [];
        await using (var lease = bare.CreateCommand(Lease))
        {
            lease.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
            await using var reader = await lease.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                ids.Add(reader.GetInt64(0));
                tokens.Add(reader.GetInt64(1));
                _ = reader.GetFieldValue<byte[]>(2);
            }
        }

        if (ids.Count < count)
        {
            throw new InvalidOperationException("The round drains more than it was filled with.");
        }

        await using var delete = bare.CreateCommand(Delete);
        delete.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. ids] });
        delete.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. tokens] });
        await delete.ExecuteNonQueryAsync();
    }

    private async Task ReceiveAndCompleteAsync(int count)
    {
        var received = await queue.ReceiveAsync(count, LeaseTime, TimeSpan.Zero);
        if (received.Count < count)
        {
            throw new InvalidOperationException("The round drains more than it was filled with.");
        }

        await queue.CompleteAsync([.. received.Select(static message => new QueueCompletion(message.Receipt))]);
    }

    private Task FillTableAsync() => ExecuteAsync(
        $"INSERT INTO bare_messages (body) SELECT decode(repeat('00', {BodyLength}), 'hex') FROM generate_series(1, {Filling} - (SELECT count(*) FROM bare_messages))");

    private async Task FillQueueAsync()
    {
        var missing = Filling - (await queue.GetStatsAsync()).Depth;
        for (long sent = 0; sent < missing; sent += FillingBatch)
        {
            await queue.EnqueueAsync([.. Enumerable.Range(0, FillingBatch).Select(static _ => new QueueMessage(Body))]);
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = bare.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
