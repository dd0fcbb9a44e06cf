namespace Pipeline.Conformance.Queues.Generation;

/// <summary>How long a tenant with something ready has waited for its turn.</summary>
internal sealed class TenantWait
{
    /// <summary>How many messages of others were delivered since.</summary>
    public int Deliveries { get; set; }

    /// <summary>The tenants that had something ready meanwhile.</summary>
    public HashSet<string> Others { get; } = new(StringComparer.Ordinal);
}
