namespace Pipeline.Learning;

/// <summary>What a snapshot holds.</summary>
/// <param name="Changes">How many changes it has.</param>
/// <param name="Tenants">The tenants that have learnings.</param>
internal sealed record SnapshotContents(long Changes, IReadOnlyList<TenantContents> Tenants);
