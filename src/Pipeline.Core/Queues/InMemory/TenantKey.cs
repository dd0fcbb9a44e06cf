namespace Pipeline.Queues;

/// <summary>A key that a user chose, within its tenant: keys of one tenant never meet those of another.</summary>
internal readonly record struct TenantKey(string Tenant, string Key);
