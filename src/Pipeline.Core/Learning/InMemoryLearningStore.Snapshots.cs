namespace Pipeline.Learning;

/// <content>What goes to the file and comes from it.</content>
public sealed partial class InMemoryLearningStore
{
    private SnapshotContents? Capture(long saved)
    {
        // Read first: a change that comes while the tenants are gone through is then written again, not forgotten.
        var changes = Interlocked.Read(ref _changes);
        return changes == saved
            ? null
            : new SnapshotContents(changes, [.. _tenants
                .OrderBy(static tenant => tenant.Key, StringComparer.Ordinal)
                .Select(static tenant => tenant.Value.Capture(tenant.Key))
                .Where(static contents => contents.Learnings.Count > 0)]);
    }

    private void Restore(IReadOnlyList<TenantContents> tenants)
    {
        foreach (var contents in tenants)
        {
            _tenants[contents.Tenant] = TenantLearnings.Restore(contents);
        }
    }
}
