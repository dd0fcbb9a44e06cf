using System.Net;
using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>Where a connection comes from, and whose it is.</summary>
/// <param name="Address">The servers, without credentials.</param>
/// <param name="Database">The number of the database.</param>
/// <param name="IsOwned">Whether the suite makes the connection, and so closes it.</param>
/// <param name="ConnectAsync">Makes or finds the connection.</param>
internal sealed record RedisSource(string Address, int Database, bool IsOwned, Func<Task<IConnectionMultiplexer>> ConnectAsync)
{
    /// <summary>A connection of the suite's own. The options are copied.</summary>
    public static RedisSource Own(ConfigurationOptions options)
    {
        var copy = options.Clone();

        // What cannot be reached now is reached later: the start asks a probe, and says more clearly what is wrong.
        copy.AbortOnConnectFail = false;
        return new(
            Describe(copy.EndPoints),
            copy.DefaultDatabase ?? 0,
            IsOwned: true,
            async () => await ConnectionMultiplexer.ConnectAsync(copy).ConfigureAwait(false));
    }

    /// <summary>A connection of the host's.</summary>
    public static RedisSource Borrow(IConnectionMultiplexer multiplexer) =>
        new(Describe(multiplexer.GetEndPoints()), multiplexer.GetDatabase().Database, IsOwned: false, () => Task.FromResult(multiplexer));

    private static string Describe(IEnumerable<EndPoint> endPoints) =>
        string.Join(",", endPoints.Select(static endPoint => endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString()));
}
