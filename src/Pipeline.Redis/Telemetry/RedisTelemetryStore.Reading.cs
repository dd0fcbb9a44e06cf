using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Pipeline.Telemetry;

internal sealed partial class RedisTelemetryStore
{
    private const string ReadOperation = "telemetry read";

    public async ValueTask<TelemetryReport> SummarizeAsync(TelemetryQuery query, CancellationToken cancellationToken = default)
    {
        var summary = new TelemetrySummary(query);
        var (segments, _) = await ListSegmentsAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var (_, _, record) in ScanAsync(segments, query, cancellationToken).ConfigureAwait(false))
        {
            summary.Add(record);
        }

        // Asked last: what was forgotten while this was counting is missing in it.
        var (_, completeSince) = await ListSegmentsAsync(cancellationToken).ConfigureAwait(false);
        return summary.ToReport(completeSince);
    }

    public IAsyncEnumerable<TelemetryRecord> ReadAsync(TelemetryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return EnumerateAsync(query, cancellationToken);
    }

    private async IAsyncEnumerable<TelemetryRecord> EnumerateAsync(TelemetryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Records stand in the order in which they were written: those that are wanted are found and sorted first, without keeping them, and fetched by the page.
        var (segments, _) = await ListSegmentsAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<RedisTelemetryEntry>();
        await foreach (var (segment, id, record) in ScanAsync(segments, query, cancellationToken).ConfigureAwait(false))
        {
            if (TelemetrySummary.Selects(query, record))
            {
                found.Add(RedisTelemetryEntry.Of(id, segment, record.Time.UtcTicks));
            }
        }

        found.Sort(static (x, y) => y.TimeTicks.CompareTo(x.TimeTicks));
        RedisKey[] streams = [.. segments.Select(static segment => segment.Stream)];
        foreach (var page in found.Chunk(PageSize))
        {
            RedisValue[] arguments = [.. page.SelectMany(static entry => (RedisValue[])[entry.Segment + 1, entry.Id])];
            var reply = (RedisValue[]?)await _connection.EvaluateAsync(FetchScript, ReadOperation, streams, arguments, cancellationToken).ConfigureAwait(false)
                ?? throw UnexpectedReply("fetch");
            foreach (var stored in reply)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (RedisTelemetryFormat.TryRead((byte[])stored!, out var record))
                {
                    yield return record;
                }
            }
        }
    }

    /// <summary>Goes through the records of the segments that can hold what a query selects, those among them that it does not select.</summary>
    private async IAsyncEnumerable<(int Segment, string Id, TelemetryRecord Record)> ScanAsync(
        IReadOnlyList<RedisTelemetrySegment> segments, TelemetryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var unreadable = 0L;
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            RedisValue from = segment.LatestTicks < query.From.UtcTicks || segment.EarliestTicks >= query.To.UtcTicks ? RedisValue.Null : "-";
            while (!from.IsNull)
            {
                var reply = (RedisValue[]?)await _connection.EvaluateAsync(
                    PageScript, ReadOperation, [segment.Stream], [from, segment.LastEntry, PageSize], cancellationToken).ConfigureAwait(false)
                    ?? throw UnexpectedReply("page");
                for (var entry = 0; entry + 1 < reply.Length; entry += 2)
                {
                    if (RedisTelemetryFormat.TryRead((byte[])reply[entry + 1]!, out var record))
                    {
                        yield return (i, reply[entry]!, record);
                    }
                    else
                    {
                        unreadable++;
                    }
                }

                from = reply.Length == PageSize * 2 ? After(reply[^2]!) : RedisValue.Null;
            }
        }

        if (unreadable > 0)
        {
            Log.RedisTelemetryUnreadable(_logger, _connection.Backend, unreadable);
        }
    }

    /// <summary>Lists the segments of both lanes, and says from which time on they have every record.</summary>
    private async Task<(IReadOnlyList<RedisTelemetrySegment> Segments, DateTimeOffset? CompleteSince)> ListSegmentsAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[]?)await _connection.EvaluateAsync(SegmentsScript, ReadOperation, _metaKeys, [], cancellationToken).ConfigureAwait(false);
        if (reply is not { Length: 2 })
        {
            throw UnexpectedReply("segments");
        }

        var segments = new List<RedisTelemetrySegment>();
        long? forgotten = null;
        for (var lane = 0; lane < reply.Length; lane++)
        {
            const int Fields = 4;
            var list = (string[]?)reply[lane];
            if (list is not { Length: > 0 } || list.Length % Fields != 1)
            {
                throw UnexpectedReply("segments");
            }

            forgotten = list[0].Length == 0 ? forgotten : Math.Max(forgotten ?? 0, RedisTelemetryFormat.Ticks(list[0]));
            for (var i = 1; i < list.Length; i += Fields)
            {
                // Without bounds it may hold any time.
                segments.Add(new RedisTelemetrySegment(
                    $"{_lanes[lane]}s{list[i]}",
                    list[i + 1].Length == 0 ? 0 : RedisTelemetryFormat.Ticks(list[i + 1]),
                    RedisTelemetryFormat.Ticks(list[i + 2]),
                    list[i + 3]));
            }
        }

        return (segments, forgotten is { } ticks ? new DateTimeOffset(Math.Min(ticks + TimeSpan.TicksPerMicrosecond, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero) : null);
    }
}
