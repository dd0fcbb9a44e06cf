using System.Globalization;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The dead letters of a queue in PostgreSQL. Thread safe.</summary>
internal sealed class PostgresDeadLetterQueue(PostgresQueue queue) : IDeadLetterQueue
{
    // Others get their turn between two calls, so none looks at more letters than this.
    private const int LettersOfCall = 500;

    public async ValueTask<DeadLetterPage> BrowseAsync(
        DeadLetterFilter filter, int maxCount = 100, string? continuation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        QueueArguments.CheckPage(maxCount);
        var after = ParseContinuation(continuation);
        var letters = new List<DeadLetter>();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await AskAsync("browse", filter, after, upTo: null, maxCount - letters.Count).ConfigureAwait(false);
            letters.AddRange(page.Letters);
            if (page.Next is not { } next || letters.Count == maxCount)
            {
                return new DeadLetterPage(letters, page.Next?.ToString(CultureInfo.InvariantCulture));
            }

            after = next;
        }
    }

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default) =>
        ActAsync("count", filter, long.MaxValue, cancellationToken);

    public async ValueTask<long> RedriveAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        return await ActAsync("redrive", filter, maxCount, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<long> DiscardAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        return await ActAsync("discard", filter, maxCount, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<long> ActAsync(string what, DeadLetterFilter filter, long maxCount, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        long acted = 0;
        long after = 0;

        // Letters that die meanwhile are not part of it; else a message that fails at once could keep it going for ever.
        long? upTo = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await AskAsync(what, filter, after, upTo, (int)Math.Min(LettersOfCall, maxCount - acted)).ConfigureAwait(false);
            if (page.Acted > 0 && !string.Equals(what, "count", StringComparison.Ordinal))
            {
                queue.TellOfMessages();
            }

            acted += page.Acted;
            upTo ??= page.Last;
            if (page.Next is not { } next || acted == maxCount)
            {
                return acted;
            }

            after = next;
        }
    }

    private static long ParseContinuation(string? continuation)
    {
        if (continuation is null)
        {
            return 0;
        }

        return long.TryParse(continuation, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException("The continuation is not one that this queue gave. Pass that of the page before, or null.", nameof(continuation));
    }

    private async ValueTask<DeadLetterAnswer> AskAsync(string what, DeadLetterFilter filter, long after, long? upTo, int maxCount)
    {
        if (filter.MessageIds is { Count: 0 })
        {
            return new DeadLetterAnswer(Next: null, Last: 0, Acted: 0, []);
        }

        var id = await queue.GetIdAsync().ConfigureAwait(false);
        return await queue.CallAsync(
            $"queue dead letters: {what}",
            "dead",
            (Queue: queue, id, what, filter, after, upTo, maxCount),
            static (parameters, call) => parameters
                .Int(call.id).Int(call.Queue.MaxDeliveries).Bool(call.Queue.Blocks).Text(call.what).Long(call.after).Long(call.upTo).Int(call.maxCount).Int(LettersOfCall)
                .Text(call.filter.Tenant).Text(call.filter.Type).Int((int?)call.filter.Reason)
                .Long(Microseconds(call.filter.DeadFrom)).Long(Microseconds(call.filter.DeadBefore)).Ids(call.filter.MessageIds is { } ids ? [.. ids] : null),
            ReadAsync).ConfigureAwait(false);
    }

    private static long? Microseconds(DateTimeOffset? time) =>
        time is { } at ? (long)Math.Ceiling((at - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerMicrosecond) : null;

    private static async ValueTask<DeadLetterAnswer> ReadAsync<TState>(NpgsqlDataReader reader, TState state, CancellationToken deadline)
    {
        const int Next = 1;
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            if (!await reader.IsDBNullAsync(0, deadline).ConfigureAwait(false))
            {
                letters.Add(await ReadLetterAsync(reader, deadline).ConfigureAwait(false));
                continue;
            }

            long? next = await reader.IsDBNullAsync(Next, deadline).ConfigureAwait(false) ? null : reader.GetInt64(Next);
            return new DeadLetterAnswer(next, reader.GetInt64(2), reader.GetInt64(3), letters);
        }

        throw new InvalidOperationException("The server's answer about dead letters has no end.");
    }

    private static async ValueTask<DeadLetter> ReadLetterAsync(NpgsqlDataReader reader, CancellationToken deadline)
    {
        var envelope = await reader.GetFieldValueAsync<byte[]>(16, deadline).ConfigureAwait(false);
        var key = await reader.IsDBNullAsync(15, deadline).ConfigureAwait(false) ? null : reader.GetString(15);
        var checkpoint = await reader.IsDBNullAsync(17, deadline).ConfigureAwait(false) ? null : await reader.GetFieldValueAsync<byte[]>(17, deadline).ConfigureAwait(false);
        var attempts = await reader.IsDBNullAsync(18, deadline).ConfigureAwait(false) ? [] : await reader.GetFieldValueAsync<byte[][]>(18, deadline).ConfigureAwait(false);
        return new DeadLetter
        {
            Message = LeasedRow.MakeMessage(reader.GetGuid(5), envelope, reader.GetString(4), key, reader.GetInt32(9), reader.GetInt32(14)),
            Reason = (DeadLetterReason)reader.GetInt32(6),
            DeadAt = DateTimeOffset.UnixEpoch.AddMicroseconds(reader.GetInt64(7)),
            EnqueuedAt = DateTimeOffset.UnixEpoch.AddMicroseconds(reader.GetInt64(8)),
            Deliveries = reader.GetInt32(10),
            Failures = reader.GetInt32(11),
            Crashes = reader.GetInt32(12),
            Redrives = reader.GetInt32(13),
            Checkpoint = checkpoint is null ? null : QueueAttemptFormat.ReadCheckpoint(checkpoint),
            Attempts = [.. attempts.SelectMany(static attempt => QueueAttemptFormat.ReadAttempts(attempt))],
        };
    }
}
