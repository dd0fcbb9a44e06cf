using Pipeline.Backends;
using Pipeline.DependencyInjection;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a suite's roles on Redis: cache, rate limits, queues, telemetry and state.</summary>
public static class PipelineRedisExtensions
{
    /// <summary>Puts the suite on a Redis server or cluster, over a connection of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// The servers and how to log in, as StackExchange.Redis reads it, for instance <c>localhost:6379</c> or
    /// <c>redis1:6380,redis2:6380,password=…,ssl=true,defaultDatabase=2</c>.
    /// </param>
    /// <param name="roles">The roles to take, of those that Redis can play. Default: each.</param>
    /// <param name="configure">How Redis is used: key prefix, time-outs, bounds.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="connectionString"/> cannot be read, or names no server.</exception>
    /// <exception cref="InvalidOperationException">Another call has claimed one of the roles already.</exception>
    public static IPipelineBuilder UseRedis(
        this IPipelineBuilder builder, string connectionString, PipelineRoles roles = PipelineRoles.All, Action<RedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return UseRedis(builder, RedisConnectionString.Parse(connectionString), roles, configure);
    }

    /// <summary>Puts the suite on a Redis server or cluster, over a connection of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">
    /// How the client connects. It is copied; <c>AbortOnConnectFail</c> is taken as <see langword="false"/>, since the suite's own
    /// <see cref="RedisOptions.StartupCheck"/> decides what an unreachable server means for the start.
    /// </param>
    /// <param name="roles">The roles to take, of those that Redis can play. Default: each.</param>
    /// <param name="configure">How Redis is used: key prefix, time-outs, bounds.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="configuration"/> names no server.</exception>
    /// <exception cref="InvalidOperationException">Another call has claimed one of the roles already.</exception>
    public static IPipelineBuilder UseRedis(
        this IPipelineBuilder builder, ConfigurationOptions configuration, PipelineRoles roles = PipelineRoles.All, Action<RedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.EndPoints.Count == 0)
        {
            throw new ArgumentException("The configuration names no server. Add one to EndPoints, for instance localhost:6379.", nameof(configuration));
        }

        var source = RedisSource.Own(configuration);
        return RedisRegistration.Add(builder, _ => source, roles, configure);
    }

    /// <summary>Puts the suite on Redis over the host's own connection, which the suite never closes.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="find">
    /// Finds the connection, most often <c>services => services.GetRequiredService&lt;IConnectionMultiplexer&gt;()</c>. What only a newer client
    /// can do, such as user names or Sentinel, works this way.
    /// </param>
    /// <param name="roles">The roles to take, of those that Redis can play. Default: each.</param>
    /// <param name="configure">How Redis is used: key prefix, time-outs, bounds.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Another call has claimed one of the roles already.</exception>
    public static IPipelineBuilder UseRedis(
        this IPipelineBuilder builder,
        Func<IServiceProvider, IConnectionMultiplexer> find,
        PipelineRoles roles = PipelineRoles.All,
        Action<RedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(find);
        return RedisRegistration.Add(builder, services => RedisSource.Borrow(find(services)), roles, configure);
    }
}
