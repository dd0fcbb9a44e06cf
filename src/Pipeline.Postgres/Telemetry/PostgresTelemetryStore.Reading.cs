using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

internal sealed partial class PostgresTelemetryStore
{
    // About 250 kB.
    private const int PageSize = 1_000;

    public async ValueTask<TelemetryReport> SummarizeAsync(TelemetryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await _connection.CallAsync(
            "telemetry report",
            _reportTimeout,
            (Sql: _connection.Sql["Telemetry/report.sql"], Query: query),
            static async (connection, call, deadline) =>
            {
                var command = PostgresConnection.Command(connection, call.Sql);
                await using (command.ConfigureAwait(false))
                {
                    TelemetryReportReader.Bind(command.Parameters, call.Query);
                    var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        return await TelemetryReportReader.ReadAsync(reader, call.Query, deadline).ConfigureAwait(false);
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<TelemetryRecord> ReadAsync(TelemetryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return EnumerateAsync(query, cancellationToken);
    }

    private async IAsyncEnumerable<TelemetryRecord> EnumerateAsync(TelemetryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = new TelemetryPosition(TelemetryTime.ToMicroseconds(query.To) - 1, Id: null);
        var unreadable = 0L;
        for (var isLast = false; !isLast;)
        {
            var page = await ReadPageAsync(query, position, cancellationToken).ConfigureAwait(false);
            foreach (var record in page.Records)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return record;
            }

            unreadable += page.Unreadable;
            (position, isLast) = (page.End, page.IsLast);
        }

        if (unreadable > 0)
        {
            Log.PostgresTelemetryUnreadable(_logger, _connection.Backend, unreadable);
        }
    }

    private ValueTask<TelemetryPage> ReadPageAsync(TelemetryQuery query, TelemetryPosition position, CancellationToken cancellationToken) => _connection.CallAsync(
        "telemetry read",
        _reportTimeout,
        (Sql: _connection.Sql["Telemetry/read.sql"], Query: query, Position: position),
        static async (connection, call, deadline) =>
        {
            var command = PostgresConnection.Command(connection, call.Sql);
            await using (command.ConfigureAwait(false))
            {
                command.Parameters
                    .Long(TelemetryTime.ToMicroseconds(call.Query.From)).Long(call.Position.Time)
                    .Text(call.Query.Tenant).Text(call.Query.Step).Text(call.Query.Model).Text(call.Query.RequestId)
                    .Id(call.Position.Id).Int(PageSize);
                var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return await ReadPageAsync(reader, call.Position, deadline).ConfigureAwait(false);
                }
            }
        },
        cancellationToken);

    private static async ValueTask<TelemetryPage> ReadPageAsync(NpgsqlDataReader reader, TelemetryPosition position, CancellationToken deadline)
    {
        var records = new List<TelemetryRecord>();
        var rows = 0;
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            rows++;
            position = TelemetryRecordReader.PositionOf(reader);
            if (TelemetryRecordReader.TryRead(reader, out var record))
            {
                records.Add(record);
            }
        }

        return new TelemetryPage(records, rows - records.Count, position, IsLast: rows < PageSize);
    }
}
