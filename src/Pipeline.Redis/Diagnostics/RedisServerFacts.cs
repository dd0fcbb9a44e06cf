using System.Globalization;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Diagnostics;

/// <summary>Asks servers about themselves.</summary>
internal static class RedisServerFacts
{
    private const string Operation = "doctor";

    private static readonly RedisScript Info = RedisScript.Load("Diagnostics/info.lua");

    /// <summary>Asks every primary that keeps a part of the data.</summary>
    /// <exception cref="BackendUnavailableException">One does not answer.</exception>
    /// <exception cref="BackendRefusedException">One does not tell.</exception>
    public static async Task<IReadOnlyList<RedisNodeFacts>> ReadAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        var session = await connection.GetSessionAsync(Operation, cancellationToken).ConfigureAwait(false);
        if (!session.IsCluster)
        {
            return [new RedisNodeFacts(connection.Backend, (await ExecuteAsync(connection, ["INFO"], cancellationToken).ConfigureAwait(false)).ToString()!)];
        }

        var facts = new List<RedisNodeFacts>();
        var slots = (RedisResult[])(await ExecuteAsync(connection, ["CLUSTER", "SLOTS"], cancellationToken).ConfigureAwait(false))!;
        foreach (var (name, key) in KeysOfMasters(connection, session.Multiplexer, slots))
        {
            var info = await connection.EvaluateAsync(Info, Operation, [key], [], cancellationToken).ConfigureAwait(false);
            facts.Add(new RedisNodeFacts($"{connection.Backend}, node {name},", info.ToString()!));
        }

        return facts;
    }

    /// <summary>Reads a setting.</summary>
    /// <returns>Its value; null where the server does not have it, or does not tell.</returns>
    public static async Task<string?> SettingAsync(RedisConnection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            var pair = (RedisResult[])(await ExecuteAsync(connection, ["CONFIG", "GET", name], cancellationToken).ConfigureAwait(false))!;
            return pair.Length == 2 ? pair[1].ToString() : null;
        }
        catch (BackendRefusedException)
        {
            return null;
        }
    }

    /// <summary>Sends a command that needs no key.</summary>
    public static ValueTask<RedisResult> ExecuteAsync(RedisConnection connection, string[] command, CancellationToken cancellationToken) =>
        connection.CallAsync(
            Operation,
            command,
            static (session, words) => session.Database.ExecuteAsync(words[0], words[1..], RedisConnection.Flags),
            cancellationToken);

    /// <summary>Finds a key for each master of a cluster: commands find their node by the slot of their key.</summary>
    private static IEnumerable<(string Name, RedisKey Key)> KeysOfMasters(RedisConnection connection, IConnectionMultiplexer multiplexer, RedisResult[] slots)
    {
        var masters = slots.Select(static range => (RedisResult[])range!)
            .GroupBy(static range => ((RedisResult[])range[2]!) is [var host, var port, ..] ? $"{host}:{port}" : "", StringComparer.Ordinal);
        foreach (var master in masters)
        {
            var (first, last) = ((int)master.First()[0], (int)master.First()[1]);
            yield return (master.Key, Enumerable.Range(0, int.MaxValue)
                .Select(number => (RedisKey)string.Create(CultureInfo.InvariantCulture, $"{connection.Keys.Root}doctor:{number}"))
                .First(key => multiplexer.HashSlot(key) is var slot && slot >= first && slot <= last));
        }
    }
}
