using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pipeline.Queues;

namespace Pipeline.Throughput.Postgres;

/// <summary>A queue that is deep, that many messages go through, and that works behind a transaction which holds back vacuum.</summary>
internal sealed class QueueEndurance(NpgsqlDataSource bare, IQueue queue)
{
    private const int BatchSize = 100;
    private const int FillingBatch = 1_000;
    private const int Consumers = 4;
    private const int HighWater = 100_000;

    // A busy queue for those that are measured by throughput.
    private const int Filling = 100_000;

    private const string Size =
        "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'pipeline' AND c.relname LIKE 'queue%' AND c.relkind = 'r'";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly byte[] Body = new byte[200];

    /// <summary>Receives from a short and from a deep queue: the medians.</summary>
    public async Task MeasureDepthAsync(int depth)
    {
        await EmptyAsync();
        await FillAsync(FillingBatch);
        var shallow = await MedianOfReceiveAsync();
        await EmptyAsync();
        await ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO pipeline.queue_messages (queue, lane, seq, token, since, enqueued_at, id, most_deliveries, envelope)
            SELECT t.queue, t.no * 10 + 5, nextval('pipeline.queue_numbers'), 0, now(), now(), gen_random_uuid(), 0, decode('0100056279746573000000010018' || encode('application/octet-stream', 'hex') || '00000000' || repeat('00', {Body.Length}), 'hex')
            FROM pipeline.queue_tenants t JOIN pipeline.queues q ON q.id = t.queue AND q.name = '{queue.Definition.Name}', generate_series(1, {depth})
            """));
        await ExecuteAsync("INSERT INTO pipeline.queue_counts (queue, enqueued) SELECT id, " + depth.ToString(CultureInfo.InvariantCulture) + $" FROM pipeline.queues WHERE name = '{queue.Definition.Name}'");
        var deep = await MedianOfReceiveAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"receive of {BatchSize}, median: {shallow.TotalMilliseconds:0.00} ms of {FillingBatch}, {deep.TotalMilliseconds:0.00} ms of {depth:N0} waiting: {deep / shallow:0.00}"));
        await ExecuteAsync("TRUNCATE pipeline.queue_messages, pipeline.queue_receives, pipeline.queue_counts");
    }

    /// <summary>Compares the throughput before and while a transaction holds back vacuum.</summary>
    public async Task MeasureHeldBackVacuumAsync(TimeSpan time)
    {
        await EmptyAsync();
        await RunAsync(time / 6);
        var free = await RunAsync(time / 2);
        await using var connection = await bare.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using (var snapshot = new NpgsqlCommand("SELECT count(*) FROM pipeline.queues", connection, transaction))
        {
            await snapshot.ExecuteScalarAsync();
        }

        var held = await RunAsync(time);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"enqueue, receive and complete, {Consumers} workers: {free:N0}/s, behind an idle transaction of {time.TotalSeconds:0} s {held:N0}/s: {held / free:0.00}"));
    }

    /// <summary>Moves messages, and compares the size of the tables and indexes with that after the first hundred thousand.</summary>
    public async Task MeasureBloatAsync(long messages)
    {
        await EmptyAsync();
        await ExecuteAsync("VACUUM FULL pipeline.queue_messages, pipeline.queue_receives, pipeline.queue_counts, pipeline.queue_tokens");
        await FillAsync(HighWater);
        var first = await SizeAsync();
        long moved = 0;
        long largest = 0;
        long shown = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Consumers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Read(ref moved) < messages)
            {
                await FillAsync(BatchSize);
                Interlocked.Add(ref moved, await MoveAsync());
                var step = Interlocked.Read(ref moved) / 250_000;
                if (Interlocked.Exchange(ref shown, step) != step)
                {
                    var size = await SizeAsync();
                    largest = Math.Max(largest, size);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Interlocked.Read(ref moved):N0} moved in {watch.Elapsed.TotalSeconds:0} s: {size / 1e6:0} MB, {(double)size / first:0.00} of {first / 1e6:0} MB"));
                }
            }
        })));
        var last = await SizeAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{messages:N0} messages through a queue of {HighWater:N0}: {first / 1e6:0} MB after the first, {last / 1e6:0} MB at the end: {(double)last / first:0.00}; at most {(double)largest / first:0.00}"));
    }

    private async Task<double> RunAsync(TimeSpan time)
    {
        await FillAsync(Filling);
        long moved = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Consumers).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < time)
            {
                await FillAsync(BatchSize);
                Interlocked.Add(ref moved, await MoveAsync());
            }
        })));
        return moved / watch.Elapsed.TotalSeconds;
    }

    private async Task<TimeSpan> MedianOfReceiveAsync()
    {
        const int Receives = 8;
        List<TimeSpan> times = [];
        for (var i = 0; i < Receives; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var received = await queue.ReceiveAsync(BatchSize, Lease, TimeSpan.Zero);
            times.Add(Stopwatch.GetElapsedTime(started));
            await queue.AbandonAsync([.. received.Select(static message => QueueAbandonment.Returned(message.Receipt))]);
        }

        times.Sort();
        return times[Receives / 2];
    }

    private async Task<int> MoveAsync()
    {
        var received = await queue.ReceiveAsync(BatchSize, Lease, TimeSpan.Zero);
        if (received.Count > 0)
        {
            await queue.CompleteAsync([.. received.Select(static message => new QueueCompletion(message.Receipt))]);
        }

        return received.Count;
    }

    private async Task EmptyAsync()
    {
        while (await MoveAsync() > 0)
        {
        }
    }

    private async Task FillAsync(int count)
    {
        for (var sent = 0; sent < count; sent += Math.Min(count, FillingBatch))
        {
            await queue.EnqueueAsync([.. Enumerable.Range(0, Math.Min(count, FillingBatch)).Select(static _ => new QueueMessage(Body))]);
        }
    }

    private async Task<long> SizeAsync()
    {
        await using var command = bare.CreateCommand(Size);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = bare.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }
}
