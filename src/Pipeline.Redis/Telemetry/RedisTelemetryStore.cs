using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Telemetry;

/// <summary>Telemetry on Redis. A batch is one command. Thread safe.</summary>
internal sealed partial class RedisTelemetryStore : ITelemetryStore, ITelemetryReader, ITelemetryErasure
{
    // About 150 kB.
    private const int PageSize = 500;

    private static readonly RedisScript WriteScript = RedisScript.Load("Telemetry/write.lua");
    private static readonly RedisScript SegmentsScript = RedisScript.Load("Telemetry/segments.lua");
    private static readonly RedisScript PageScript = RedisScript.Load("Telemetry/page.lua");
    private static readonly RedisScript FetchScript = RedisScript.Load("Telemetry/fetch.lua");
    private static readonly RedisScript EraseScript = RedisScript.Load("Telemetry/erase.lua");

    private readonly RedisConnection _connection;
    private readonly RedisTelemetryBounds _bounds;
    private readonly ILogger _logger;
    private readonly string[] _lanes;
    private readonly RedisKey[] _metaKeys;

    public RedisTelemetryStore(RedisConnection connection, RedisTelemetryOptions options, ILogger<RedisTelemetryStore> logger)
    {
        (_connection, _bounds, _logger) = (connection, new RedisTelemetryBounds(options), logger);
        var root = connection.Keys.Root + "{telemetry}:";
        _lanes = [root + "a:", root + "d:"];
        _metaKeys = [_lanes[0] + "m", _lanes[1] + "m"];
    }

    public string Name => "redis";

    public async ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default)
    {
        const string Operation = "telemetry write";
        cancellationToken.ThrowIfCancellationRequested();
        var arguments = RedisTelemetryBatch.ToArguments(records.Span, _bounds);
        try
        {
            await _connection.EvaluateAsync(WriteScript, Operation, _metaKeys, arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendRefusedException refusal)
        {
            // No record is at fault, so none is to be dropped: they wait until a right is granted or a key removed.
            throw new BackendUnavailableException(_connection.Backend, Operation, "it is refused whatever the records", refusal);
        }
    }

    public async ValueTask<long> ForgetTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        var (segments, _) = await ListSegmentsAsync(cancellationToken).ConfigureAwait(false);
        var erased = 0L;
        foreach (var segment in segments)
        {
            RedisValue from = "-";
            while (!from.IsNull)
            {
                RedisValue[] arguments = [from, segment.LastEntry, PageSize, tenant, RedisTelemetryFormat.BytesBeforeStep];
                var reply = (RedisValue[]?)await _connection.EvaluateAsync(EraseScript, "telemetry erase", [segment.Stream], arguments, cancellationToken)
                    .ConfigureAwait(false);
                if (reply is not { Length: 2 })
                {
                    throw UnexpectedReply("erase");
                }

                erased += (long)reply[1];
                from = After(reply[0]!);
            }
        }

        return erased;
    }

    private static RedisValue After(string entry) => entry.Length == 0 ? RedisValue.Null : "(" + entry;

    private static InvalidOperationException UnexpectedReply(string script) => new($"The script Telemetry/{script}.lua gave a reply of another shape.");
}
