using Npgsql;
using NpgsqlTypes;
using Pipeline.Telemetry;

namespace Pipeline.Throughput.Postgres;

/// <summary>Records copied into a bare table without an index, as one would write it by hand, and through the sink, which writes each record once.</summary>
internal sealed class PostgresTelemetryComparisons(NpgsqlDataSource bare, ITelemetrySink sink)
{
    private static readonly int BatchSize = new TelemetryOptions().BatchSize;

    private const string CreateTable =
        """
        DROP TABLE IF EXISTS bare_telemetry;
        CREATE TABLE bare_telemetry (
            time bigint NOT NULL, duration bigint NOT NULL, uncached_input bigint NOT NULL, cached_input bigint NOT NULL, cache_write bigint NOT NULL, output bigint NOT NULL,
            reasoning bigint NOT NULL, id uuid NOT NULL, lane smallint NOT NULL, outcome smallint NOT NULL, cache smallint NOT NULL, trace_id uuid, correction_of uuid, cost numeric,
            cost_avoided numeric NOT NULL, step text NOT NULL, tenant text NOT NULL, model text, request_id text, price_table text, error_type text, attributes jsonb);
        """;

    private const string Copy = "COPY bare_telemetry FROM STDIN (FORMAT binary)";

    private static readonly TelemetryAttributes Attributes = [new("region", "eu-central-1")];

    public async Task<IReadOnlyList<Comparison>> CreateAsync()
    {
        await using var command = bare.CreateCommand(CreateTable);
        await command.ExecuteNonQueryAsync();
        return [new($"telemetry, batches of {BatchSize}", new("COPY", CopyAsync), new("sink", EmitAsync), [0.7], BatchSize) { Callers = [1] }];
    }

    private static TelemetryRecord NewRecord(int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new TelemetryRecord
        {
            Id = TelemetryRecord.NewId(now),
            Time = now,
            Duration = TimeSpan.FromMilliseconds(840 + number),
            Step = "answer",
            Tenant = "acme",
            Model = "large-2030-01",
            RequestId = "0b8f4e5c9a1d4c7e",
            TraceId = System.Diagnostics.ActivityTraceId.CreateRandom(),
            Usage = new TokenUsage { UncachedInput = 1_200, CachedInput = 800, Output = 350 + number },
            Cost = 0.012345m,
            PriceTableVersion = "2030-01",
            Attributes = Attributes,
        };
    }

    private async Task EmitAsync()
    {
        for (var i = 0; i < BatchSize; i++)
        {
            if (!sink.TryEmit(NewRecord(i)))
            {
                throw new InvalidOperationException("The sink had no room.");
            }
        }

        await sink.FlushAsync();
    }

    private async Task CopyAsync()
    {
        await using var connection = await bare.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync(Copy);
        for (var i = 0; i < BatchSize; i++)
        {
            await copy.StartRowAsync();
            await WriteAsync(copy, NewRecord(i));
        }

        await copy.CompleteAsync();
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, TelemetryRecord record)
    {
        await copy.WriteAsync(record.Time.ToUnixTimeMilliseconds() * 1_000, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Duration.Ticks, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Usage.UncachedInput, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Usage.CachedInput, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Usage.CacheWrite, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Usage.Output, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Usage.Reasoning, NpgsqlDbType.Bigint);
        await copy.WriteAsync(record.Id, NpgsqlDbType.Uuid);
        await copy.WriteAsync((short)record.Lane, NpgsqlDbType.Smallint);
        await copy.WriteAsync((short)record.Outcome, NpgsqlDbType.Smallint);
        await copy.WriteAsync((short)record.Cache, NpgsqlDbType.Smallint);
        await copy.WriteAsync(Guid.Parse(record.TraceId.ToHexString()), NpgsqlDbType.Uuid);
        await copy.WriteNullAsync();
        await copy.WriteAsync(record.Cost!.Value, NpgsqlDbType.Numeric);
        await copy.WriteAsync(record.CostAvoided, NpgsqlDbType.Numeric);
        await copy.WriteAsync(record.Step, NpgsqlDbType.Text);
        await copy.WriteAsync(record.Tenant, NpgsqlDbType.Text);
        await copy.WriteAsync(record.Model!, NpgsqlDbType.Text);
        await copy.WriteAsync(record.RequestId!, NpgsqlDbType.Text);
        await copy.WriteAsync(record.PriceTableVersion!, NpgsqlDbType.Text);
        await copy.WriteNullAsync();
        await copy.WriteAsync("""{"region":"eu-central-1"}""", NpgsqlDbType.Jsonb);
    }
}
