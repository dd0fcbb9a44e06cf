namespace Pipeline.Telemetry;

/// <summary>Erases at the store what has come there, after all that waits has been written.</summary>
internal sealed class FlushingErasure(ITelemetrySink sink, ITelemetryErasure store) : ITelemetryErasure
{
    public async ValueTask<long> ForgetTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        Backends.StoredName.ThrowIfInvalid(tenant);
        await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await store.ForgetTenantAsync(tenant, cancellationToken).ConfigureAwait(false);
    }
}
