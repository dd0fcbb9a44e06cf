using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>
/// Connections that tests borrow, as the host's own, where it does not matter whose they are: hundreds of tests that each connect, to six nodes, are slow and at times
/// too slow for a call's deadline. Made once a run, one after another, and never closed.
/// </summary>
internal static class SharedConnections
{
    private const int OfEach = 4;
    private const int Attempts = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly ConcurrentDictionary<(RedisTopologyKind Kind, int Number), Lazy<Task<ConnectionMultiplexer>>> Connections = new();
    private static readonly SemaphoreSlim Connecting = new(1, 1);
    private static int _next;

    /// <summary>Returns the next of the connections.</summary>
    public static Task<ConnectionMultiplexer> GetAsync(RedisTopologyKind kind) => Connections.GetOrAdd(
        (kind, (int)((uint)Interlocked.Increment(ref _next) % OfEach)), static key => new(() => ConnectAsync(key.Kind))).Value;

    private static async Task<ConnectionMultiplexer> ConnectAsync(RedisTopologyKind kind)
    {
        var options = await RedisTestClient.OptionsAsync(kind);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = (int)Patience.TotalMilliseconds;
        await Connecting.WaitAsync();
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var connection = await ConnectionMultiplexer.ConnectAsync(options.Clone());
                if (await AnswersAsync(connection))
                    return connection;
                connection.Dispose();
                if (attempt == Attempts)
                    throw new InvalidOperationException($"No connection to all servers of the kind {kind} came about, {Attempts} times.");
            }
        }
        finally
        {
            Connecting.Release();
        }
    }

    // The client now and then leaves a node's handshake unfinished, and what goes there unanswered.
    private static async Task<bool> AnswersAsync(ConnectionMultiplexer connection)
    {
        try
        {
            await Task.WhenAll(connection.GetEndPoints().Select(endPoint => connection.GetServer(endPoint).PingAsync())).WaitAsync(Patience);
            await connection.GetSubscriber().PingAsync().WaitAsync(Patience);
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }
}
