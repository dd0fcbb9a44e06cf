using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>The ability of a sink or store to erase what it holds of a tenant.</summary>
/// <remarks>Found by <see cref="ICapabilityProvider.GetCapability{TCapability}"/>. Implementations are thread safe.</remarks>
public interface ITelemetryErasure
{
    /// <summary>Erases every record of a tenant that was taken before this call, corrections among them.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Gives up. What was erased by then stays erased; the call may be repeated.</param>
    /// <returns>How many records were erased. A sink that buffers writes them first, so that none is left on its way.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. Some records may be erased; the call may be repeated.</exception>
    /// <remarks>What is erased is not forgotten: <see cref="TelemetryReport.CompleteSince"/> does not move.</remarks>
    ValueTask<long> ForgetTenantAsync(string tenant, CancellationToken cancellationToken = default);
}
