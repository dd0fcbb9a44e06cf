using System.Buffers.Binary;
using System.Globalization;
using StackExchange.Redis;

namespace Pipeline.Queues;

/// <summary>The dead letters of a queue in Redis. Thread safe.</summary>
internal sealed class RedisDeadLetterQueue(RedisQueue queue) : IDeadLetterQueue
{
    // Others get their turn between two calls, so none looks at more letters than this.
    private const int LettersOfCall = 500;

    private const int LetterHeaderLength = 9;

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

    public ValueTask<long> RedriveAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        return ActAsync("redrive", filter, maxCount, cancellationToken);
    }

    public ValueTask<long> DiscardAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        return ActAsync("discard", filter, maxCount, cancellationToken);
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
        RedisValue[] arguments =
        [
            .. queue.Common,
            what,
            after,
            upTo ?? RedisValue.EmptyString,
            maxCount,
            LettersOfCall,
            filter.Tenant ?? "",
            filter.Type ?? "",
            filter.Reason is { } reason ? (int)reason : RedisValue.EmptyString,
            Microseconds(filter.DeadFrom),
            Microseconds(filter.DeadBefore),
            .. filter.MessageIds?.Distinct().Select(static id => (RedisValue)id.ToByteArray(bigEndian: true)) ?? [],
        ];
        if (filter.MessageIds is { Count: 0 })
        {
            return new DeadLetterAnswer(Next: null, Last: 0, Acted: 0, []);
        }

        var reply = (RedisResult[])(await queue.RunAsync(RedisQueueScripts.Dead, $"queue dead letters: {what}", arguments).ConfigureAwait(false))!;
        var next = (string?)reply[0];
        return new DeadLetterAnswer(
            string.IsNullOrEmpty(next) ? null : long.Parse(next, CultureInfo.InvariantCulture),
            (long)reply[1],
            (long)reply[2],
            [.. reply.Skip(3).Select(letter => Read((byte[])letter!))]);
    }

    private static RedisValue Microseconds(DateTimeOffset? time) =>
        time is { } at ? (long)Math.Ceiling((at - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerMicrosecond) : RedisValue.EmptyString;

    private static DeadLetter Read(byte[] letter)
    {
        var deadAt = QueueEntryFormat.ReadTime(letter);
        var reason = (DeadLetterReason)letter[sizeof(long)];
        if (!QueueEntryFormat.TryRead(letter.AsMemory(LetterHeaderLength), out var entry))
        {
            return Unreadable(letter.AsMemory(LetterHeaderLength), deadAt);
        }

        return new DeadLetter
        {
            Message = entry.Message,
            Reason = reason,
            EnqueuedAt = entry.EnqueuedAt,
            DeadAt = deadAt,
            Deliveries = entry.Deliveries,
            Failures = entry.Failures,
            Crashes = entry.Crashes,
            Redrives = entry.Redrives,
            Checkpoint = entry.Checkpoint,
            Attempts = QueueAttemptFormat.ReadAttempts(entry.Attempts.Span),
        };
    }

    /// <summary>What stands there is no entry that this version can read: it is shown as it is.</summary>
    private static DeadLetter Unreadable(ReadOnlyMemory<byte> bytes, DateTimeOffset deadAt) => new()
    {
        Message = new QueueMessage(bytes) { Id = QueueEntryFormat.ReadId(bytes.Span) },
        Reason = DeadLetterReason.Unreadable,
        EnqueuedAt = deadAt,
        DeadAt = deadAt,
        Deliveries = 0,
        Failures = 0,
        Crashes = 0,
        Redrives = 0,
        Attempts = [],
    };
}
