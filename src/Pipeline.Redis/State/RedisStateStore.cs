using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.State;

/// <summary>State on Redis. Every call is one command, and the server's clock decides. Thread safe.</summary>
internal sealed class RedisStateStore(RedisConnection connection, ILogger<RedisStateStore> logger) : IStateStore, IAsyncDisposable
{
    // So many expired entries a listing passes over before it ends a page early.
    private const int PassedOver = 32;

    private const string Foreign = "a key of the suite holds a value that the suite did not write, or that a later version of it wrote";
    private const string ForeignMend = "Remove that key, bring this process up to the same version, or set another KeyPrefix.";

    private static readonly RedisScript SetScript = RedisScript.Load("State/set.lua");
    private static readonly RedisScript DeleteScript = RedisScript.Load("State/delete.lua");
    private static readonly RedisScript ListScript = RedisScript.Load("State/list.lua");
    private static readonly RedisScript TimeScript = RedisScript.Load("State/time.lua");
    private static readonly RedisValue[] NoArguments = [];

    private readonly ConcurrentDictionary<string, RedisStateSpace> _spaces = new(StringComparer.Ordinal);
    private readonly RedisStateFeeds _feeds = new(connection, logger);
    private readonly RedisKey[] _timeKeys = [connection.Keys.Root + "s:time"];

    public async ValueTask<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken = default)
    {
        const string Operation = "state get";
        StateArguments.CheckKey(key);
        var stored = await connection.CallAsync(
            Operation, Space(key.Space).Entry(key.Key), static (session, name) => session.Database.StringGetAsync(name, RedisConnection.Flags), cancellationToken)
            .ConfigureAwait(false);
        return stored.IsNull ? null : Read(stored!, Operation);
    }

    public async ValueTask<StateWriteResult> CompareAndSetAsync(
        StateKey key,
        ReadOnlyMemory<byte> value,
        long expectedVersion,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        const string Operation = "state write";
        StateArguments.CheckWrite(key, value, expectedVersion, timeToLive);
        var space = Space(key.Space);
        RedisValue[] arguments =
        [
            expectedVersion == StateEntry.NoVersion ? RedisValue.EmptyString : RedisStateFormat.Head(expectedVersion),
            timeToLive is { } time ? ToMilliseconds(time) : 0,
            value.ToArray(),
            space.Channel,
            key.Key,
            space.Entries,
        ];
        var reply = (byte[]?)await connection.EvaluateAsync(SetScript, Operation, space.ChangeKeys(key.Key), arguments, cancellationToken).ConfigureAwait(false);
        return reply switch
        {
            null => StateWriteResult.Conflict(current: null),
            { Length: sizeof(long) } => StateWriteResult.Written(BinaryPrimitives.ReadInt64BigEndian(reply)),
            _ => StateWriteResult.Conflict(Read(reply, Operation)),
        };
    }

    public async ValueTask<bool> DeleteAsync(StateKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        const string Operation = "state delete";
        StateArguments.CheckDelete(key, expectedVersion);
        var space = Space(key.Space);
        RedisValue[] arguments = [expectedVersion is { } version ? RedisStateFormat.Head(version) : RedisValue.EmptyString, space.Channel, key.Key];
        return (long)await connection.EvaluateAsync(DeleteScript, Operation, space.ChangeKeys(key.Key), arguments, cancellationToken).ConfigureAwait(false) switch
        {
            0 => false,
            1 => true,
            _ => throw Refuse(Operation),
        };
    }

    public async ValueTask<StatePage> ListAsync(
        string space, string prefix = "", string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        StateArguments.CheckList(space, prefix, after, limit);
        var place = Space(space);
        var (first, last) = Range(prefix, after);
        RedisValue[] arguments = [first, last, limit, StateArguments.MaxPageBytes, PassedOver, place.Entries];
        var reply = (RedisResult[]?)await connection.EvaluateAsync(ListScript, "state list", place.ListKeys, arguments, cancellationToken).ConfigureAwait(false);
        return reply is { Length: > 0 } && reply.Length % 2 == 1
            ? ReadPage(space, reply)
            : throw new InvalidOperationException("The script State/list.lua gave a reply of another shape.");
    }

    public async ValueTask<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default)
    {
        var reply = (RedisValue[]?)await connection.EvaluateAsync(TimeScript, "state time", _timeKeys, NoArguments, cancellationToken).ConfigureAwait(false);
        return reply is { Length: 2 }
            ? DateTimeOffset.FromUnixTimeSeconds((long)reply[0]).AddMicroseconds((long)reply[1])
            : throw new InvalidOperationException("The script State/time.lua gave a reply of another shape.");
    }

    public IAsyncEnumerable<StateChange> WatchAsync(string space, string prefix = "", CancellationToken cancellationToken = default)
    {
        StateArguments.CheckWatch(space, prefix);
        return WatchAsync(Space(space), prefix, cancellationToken);
    }

    public ValueTask DisposeAsync() => _feeds.DisposeAsync();

    private static long ToMilliseconds(TimeSpan time) => (time.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    // No byte of UTF-8 is 255, so this ends what begins with the prefix.
    private static (RedisValue First, RedisValue Last) Range(string prefix, string? after)
    {
        var begin = Encoding.UTF8.GetBytes(prefix);
        RedisValue last = begin.Length == 0 ? "+" : (byte[])[(byte)'[', .. begin, byte.MaxValue];
        if (after is null)
        {
            return (begin.Length == 0 ? "-" : (byte[])[(byte)'[', .. begin], last);
        }

        var from = Encoding.UTF8.GetBytes(after);
        return (from.AsSpan().SequenceCompareTo(begin) < 0 ? (byte[])[(byte)'[', .. begin] : (byte[])[(byte)'(', .. from], last);
    }

    private async IAsyncEnumerable<StateChange> WatchAsync(
        RedisStateSpace space, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var watch = new StateChangeBuffer(prefix);
        var feed = _feeds.Join(space, watch);
        try
        {
            await feed.Standing.WaitAsync(cancellationToken).ConfigureAwait(false);
            yield return new StateChange(StateChangeKind.Resync);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, feed.Stopped);
            while (true)
            {
                yield return await watch.TakeAsync(ends.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            feed.Leave(watch);
        }
    }

    private StatePage ReadPage(string space, RedisResult[] reply)
    {
        var items = new List<StateItem>(reply.Length / 2);
        for (var i = 1; i < reply.Length; i += 2)
        {
            var key = (string)reply[i]!;
            if (StoredName.FindProblem(key) is null && RedisStateFormat.TryReadEntry((byte[])reply[i + 1]!, out var entry))
            {
                items.Add(new StateItem(new StateKey(space, key), entry));
            }
        }

        // One entry that somebody spoiled must not hide the others.
        var left = (reply.Length / 2) - items.Count;
        if (left > 0)
        {
            Log.RedisStateUnreadable(logger, connection.Backend, space, left);
        }

        var next = (string)reply[0]!;
        return new StatePage(items, next.Length == 0 ? null : next);
    }

    private StateEntry Read(byte[] stored, string operation) => RedisStateFormat.TryReadEntry(stored, out var entry) ? entry : throw Refuse(operation);

    private BackendRefusedException Refuse(string operation) => new(connection.Backend, operation, Foreign, ForeignMend);

    private RedisStateSpace Space(string name) =>
        _spaces.TryGetValue(name, out var space) ? space : _spaces.GetOrAdd(name, new RedisStateSpace(connection.Keys, name));
}
