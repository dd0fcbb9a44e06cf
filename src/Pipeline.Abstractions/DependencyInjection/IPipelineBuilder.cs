using Microsoft.Extensions.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.DependencyInjection;

/// <summary>Wires the suite into a service collection. Returned by <c>AddPipeline()</c>; backends and users extend it.</summary>
/// <remarks>Used while services are registered, on one thread.</remarks>
public interface IPipelineBuilder
{
    /// <summary>
    /// The suite's name: empty for the only or main one. A name keys every service of this suite
    /// (<see cref="FromKeyedServicesAttribute"/>) and prefixes every key that it stores.
    /// </summary>
    string Name { get; }

    /// <summary>The services that are being registered.</summary>
    IServiceCollection Services { get; }

    /// <summary>Registers what plays a role, in place of the in-memory default.</summary>
    /// <typeparam name="TRole">The role's interface, for instance <c>IQueueProvider</c>.</typeparam>
    /// <param name="claimedBy">
    /// The call by which the user asked for it, without its arguments, for instance <c>UseRedis</c>: it names the call in a conflict.
    /// </param>
    /// <param name="factory">Makes the role's one instance; the container disposes it.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Another call has claimed the role already; the message names both.</exception>
    IPipelineBuilder SetRole<TRole>(string claimedBy, Func<IServiceProvider, TRole> factory)
        where TRole : class;

    /// <summary>
    /// Adds a store for telemetry. The suite puts a sink of its own in front of it (lanes, bounds, batches, retries, spill). Stores add up; none
    /// takes the place of another.
    /// </summary>
    /// <param name="factory">Makes the store; the container disposes it, after what its sink still held was written.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Where the store can be read back, the suite's <see cref="ITelemetryReader"/> is the store's: that of the store added first, unless
    /// <see cref="SetRole"/> names another. Without such a store it is that of the ring in memory.
    /// </remarks>
    IPipelineBuilder AddTelemetryStore(Func<IServiceProvider, ITelemetryStore> factory);
}
