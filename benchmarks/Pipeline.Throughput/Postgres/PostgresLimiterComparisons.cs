using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Pipeline.RateLimiting;

namespace Pipeline.Throughput.Postgres;

/// <summary>Decisions that take a token, beside a bare update of one row that decides nothing: of one key that all ask about, and of ten thousand.</summary>
/// <param name="bare">The client by itself.</param>
/// <param name="limiter">The limiter, which asks the server each time.</param>
/// <param name="blocks">One that takes blocks of permits of a hot key.</param>
internal sealed class PostgresLimiterComparisons(NpgsqlDataSource bare, IRateLimiter limiter, IRateLimiter blocks)
{
    private const int Keys = 10_000;
    private const string Update = "UPDATE bare_limits SET charged = charged + 1, at = clock_timestamp() WHERE key = $1 RETURNING charged, at";

    private const string CreateTable =
        """
        DROP TABLE IF EXISTS bare_limits;
        CREATE TABLE bare_limits (key text COLLATE "C" PRIMARY KEY, charged bigint NOT NULL, at timestamptz) WITH (fillfactor = 50);
        """;

    private static readonly RateLimitRule Bucket = RateLimitRule.TokenBucket(1_000_000_000, TimeSpan.FromMinutes(1));

    private static readonly RateLimitRule Day = RateLimitRule.PerDay(RateLimitRule.MaxLimit);

    private int _turn;

    public async Task<IReadOnlyList<Comparison>> CreateAsync()
    {
        await using var create = bare.CreateCommand(
            string.Create(CultureInfo.InvariantCulture, $"{CreateTable}INSERT INTO bare_limits SELECT 'user ' || i, 0 FROM generate_series(0, {Keys - 1}) AS i;"));
        await create.ExecuteNonQueryAsync();
        return
        [
            Of("limiter, one hot key", 1, limiter, Bucket, 1, 16), Of("limiter, 10,000 keys", Keys, limiter, Bucket, 1, 16),
            Of("limiter, one hot key a day", 1, limiter, Day, 16), Of("limiter, one hot key a day, blocks", 1, blocks, Day, 16),
        ];
    }

    private Comparison Of(string name, int keys, IRateLimiter ours, RateLimitRule rule, params int[] callers)
    {
        string[] names = [.. Enumerable.Range(0, keys).Select(static i => string.Create(CultureInfo.InvariantCulture, $"user {i}"))];
        RateLimitRequest[] requests = [.. names.Select(key => new RateLimitRequest(new RateLimitDimension(key, rule)))];
        return new(name, new("UPDATE", () => UpdateAsync(names[Next(keys)])), new("limiter", async () => await ours.AcquireAsync(requests[Next(keys)])), new double[callers.Length]) { Callers = callers };
    }

    private int Next(int keys) => (int)((uint)Interlocked.Increment(ref _turn) % keys);

    private async Task UpdateAsync(string key)
    {
        await using var connection = await bare.OpenConnectionAsync();
        await using var update = new NpgsqlCommand(Update, connection);
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await update.ExecuteReaderAsync();
        await reader.ReadAsync();
    }
}
