using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// State on PostgreSQL. Every call is one statement, and the server's clock decides. Changes are told once they stand, those of one moment together. Thread safe.
/// </summary>
internal sealed class PostgresStateStore(PostgresConnection connection, ILogger<PostgresStateStore> logger) : IStateStore, IAsyncDisposable
{
    // Behind every name: longer than any, of the greatest character that there is.
    private static readonly string EndOfNames = string.Concat(Enumerable.Repeat(char.ConvertFromUtf32(LastRune), (StoredName.MaxBytes / BytesOfLastRune) + 1));

    private const int LastRune = 0x10FFFF;
    private const int BytesOfLastRune = 4;
    private const int NumberColumn = 4;

    private readonly PostgresStateFeed _feed = new(connection, logger);
    private readonly PostgresSweep _sweep = new();

    public ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckKey(key);
        return connection.QueryAsync(
            "state get",
            connection.Sql["State/get.sql"],
            key,
            static (parameters, key) => parameters.Text(key.Space).Text(key.Key),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) ? ReadEntry(reader, 0) : (StateEntry?)null,
            cancellationToken);
    }

    public ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key,
        ReadOnlyMemory<byte> value,
        long expectedVersion,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWrite(key, value, expectedVersion, timeToLive);

        // A call that is given up may still be sending.
        return WriteAsync(key, value.ToArray(), expectedVersion, timeToLive, cancellationToken);
    }

    public ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckDelete(key, expectedVersion);
        return connection.QueryAsync(
            "state delete",
            connection.Sql["State/delete.sql"],
            (key, expectedVersion, connection.Notifications),
            static (parameters, call) => parameters.Text(call.key.Space).Text(call.key.Key).Long(call.expectedVersion),
            static async (reader, call, deadline) =>
            {
                if (!await reader.ReadAsync(deadline).ConfigureAwait(false))
                {
                    return false;
                }

                await TellAsync(reader, column: 0, StateChangeKind.Deleted, call.key, call.Notifications, deadline).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckList(space, prefix, after, limit);
        return connection.QueryAsync(
            "state list",
            connection.Sql["State/list.sql"],
            (space, prefix, after, limit),
            static (parameters, call) => parameters
                .Text(call.space).Text(call.after ?? "").Text(call.prefix).Text(EndOf(call.prefix)).Int(call.limit).Int(StateArguments.MaxPageBytes),
            static (reader, call, deadline) => ReadPageAsync(reader, call.space, deadline),
            cancellationToken);
    }

    public ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) => connection.QueryAsync(
        "state time",
        connection.Sql["State/time.sql"],
        state: 0,
        static (_, _) => { },
        static async (reader, _, deadline) =>
        {
            await reader.ReadAsync(deadline).ConfigureAwait(false);
            return PostgresTime.FromMicroseconds(reader.GetInt64(0));
        },
        cancellationToken);

    public IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWatch(space, prefix);
        return WatchCoreAsync(space, prefix, cancellationToken);
    }

    /// <summary>Ends watches, and waits until the last changes have been told.</summary>
    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync().ConfigureAwait(false);
        await connection.Notifications.FlushAsync(PostgresTopic.State).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Finds the first text that comes after all that begin with a prefix, in the order of bytes in UTF-8, which is that of code points.</summary>
    internal static string EndOf(string prefix)
    {
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0)
        {
            var last = runes[^1].Value;
            runes.RemoveAt(runes.Count - 1);
            if (last < LastRune)
            {
                // There is no character among the surrogates.
                return string.Concat(runes) + char.ConvertFromUtf32(last + 1 is >= 0xD800 and <= 0xDFFF ? 0xE000 : last + 1);
            }
        }

        return EndOfNames;
    }

    private async ValueTask<StateWriteResult> WriteAsync(
        StateKey key, byte[] value, long expectedVersion, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await TryWriteAsync(key, value, expectedVersion, timeToLive, cancellationToken).ConfigureAwait(false);

            // Where the statement saw what should have let it write, another write came between: it is seen by the next one.
            var isOvertaken = !result.Succeeded && (result.Current?.Version ?? StateEntry.NoVersion) == expectedVersion;
            if (!isOvertaken)
            {
                return result;
            }
        }
    }

    private ValueTask<StateWriteResult> TryWriteAsync(
        StateKey key, byte[] value, long expectedVersion, TimeSpan? timeToLive, CancellationToken cancellationToken) => connection.QueryAsync(
            "state write",
            connection.Sql[expectedVersion == StateEntry.NoVersion ? "State/create.sql" : "State/replace.sql"],
            (key, value, expectedVersion, timeToLive, connection.Notifications, Sweep: timeToLive is null ? default : _sweep.Next()),
            static (parameters, call) =>
            {
                parameters
                    .Text(call.key.Space)
                    .Text(call.key.Key)
                    .Bytes(call.value)
                    .Long(call.timeToLive is { } time ? PostgresTime.ToMicroseconds(time) : null)
                    .Double(call.Sweep.Place)
                    .Int(call.Sweep.Pages);
                if (call.expectedVersion != StateEntry.NoVersion)
                {
                    parameters.Long(call.expectedVersion);
                }
            },
            static async (reader, call, deadline) =>
            {
                if (!await reader.ReadAsync(deadline).ConfigureAwait(false))
                {
                    return StateWriteResult.Conflict(current: null);
                }

                if (!reader.GetBoolean(0))
                {
                    return StateWriteResult.Conflict(ReadEntry(reader, 1));
                }

                var version = reader.GetInt64(1);
                await TellAsync(reader, NumberColumn, StateChangeKind.Written, call.key, call.Notifications, deadline).ConfigureAwait(false);
                return StateWriteResult.Written(version);
            },
            cancellationToken);

    private async IAsyncEnumerable<StateChange> WatchCoreAsync(string space, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var watch = new StateChangeBuffer(prefix);
        var standing = _feed.Join(space, watch);
        try
        {
            await standing.WaitAsync(cancellationToken).ConfigureAwait(false);
            yield return new StateChange(StateChangeKind.Resync);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _feed.Stopped);
            while (true)
            {
                yield return await watch.TakeAsync(ends.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            _feed.Leave(space, watch);
        }
    }

    // Not by the caller, who may have given up waiting; and once the server has committed, which it says behind the last row.
    private static async ValueTask TellAsync(
        NpgsqlDataReader reader, int column, StateChangeKind kind, StateKey key, PostgresNotifications notifications, CancellationToken deadline)
    {
        var report = new PostgresStateReport(reader.GetInt64(column), kind, key);
        await reader.NextResultAsync(deadline).ConfigureAwait(false);
        _ = notifications.NotifyAsync(PostgresTopic.State, report.Write());
    }

    private static StateEntry ReadEntry(NpgsqlDataReader reader, int column) => new(
        reader.GetFieldValue<byte[]>(column + 2),
        reader.GetInt64(column),
        reader.IsDBNull(column + 1) ? null : PostgresTime.FromMicroseconds(reader.GetInt64(column + 1)));

    private static async ValueTask<StatePage> ReadPageAsync(NpgsqlDataReader reader, string space, CancellationToken deadline)
    {
        var items = new List<StateItem>();
        string? next = null;
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            var key = reader.GetString(0);
            if (reader.GetInt64(1) == StateEntry.NoVersion)
            {
                next = key;
            }
            else
            {
                items.Add(new StateItem(new StateKey(space, key), ReadEntry(reader, 1)));
            }
        }

        return new StatePage(items, next);
    }
}
