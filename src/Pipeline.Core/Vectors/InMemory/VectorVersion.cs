using System.Collections.Concurrent;

namespace Pipeline.Vectors;

/// <summary>One version of a collection, with the items of all tenants.</summary>
internal sealed class VectorVersion(VectorCollectionDefinition definition, int number, DateTimeOffset created)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TenantVectors> _tenants = new(StringComparer.Ordinal);
    private VectorCollectionDefinition _definition = definition;

    public int Number { get; } = number;

    public VectorCollectionDefinition Definition => Volatile.Read(ref _definition);

    public long Count => _tenants.Sum(static tenant => tenant.Value.Snapshot.Count);

    public VectorCollectionVersion Describe(VectorVersionState state) =>
        new() { Definition = Definition, Version = Number, State = state, Created = created };

    public TenantSnapshot Find(string tenant) => _tenants.TryGetValue(tenant, out var items) ? items.Snapshot : TenantSnapshot.Empty;

    public void Upsert(string tenant, IReadOnlyList<VectorItem> items)
    {
        // One that was closed for having no items is on its way out of the table.
        while (!Open(tenant).TryUpsert(items))
        {
            Thread.Yield();
        }
    }

    public void Delete(string tenant, IReadOnlyList<string> ids) => Change(tenant, ids, static (items, ids) => items.Delete(ids));

    public void DeleteWhere(string tenant, VectorFilter filter) => Change(tenant, filter, static (items, filter) => items.DeleteWhere(filter));

    public void DeleteAll(string tenant) => Change(tenant, 0, static (items, _) => items.DeleteAll());

    /// <summary>Gives further fields columns, for the items that are there and those to come.</summary>
    public void AddFields(VectorCollectionDefinition merged)
    {
        lock (_gate)
        {
            Volatile.Write(ref _definition, merged);
            foreach (var (_, items) in _tenants)
            {
                items.AddFields(merged.FilterFields.Keys);
            }
        }
    }

    /// <summary>The snapshots of all tenants.</summary>
    public IReadOnlyList<TenantSnapshot> Snapshots() => [.. _tenants.Select(static tenant => tenant.Value.Snapshot)];

    private TenantVectors Open(string tenant)
    {
        if (_tenants.TryGetValue(tenant, out var known))
        {
            return known;
        }

        // Under the gate, so that no tenant is made with the old fields and missed by AddFields.
        lock (_gate)
        {
            return _tenants.GetOrAdd(tenant, static (_, definition) => new TenantVectors(definition), Definition);
        }
    }

    private void Change<TState>(string tenant, TState state, Action<TenantVectors, TState> change)
    {
        if (!_tenants.TryGetValue(tenant, out var items))
        {
            return;
        }

        change(items, state);
        if (items.TryClose())
        {
            _tenants.TryRemove(KeyValuePair.Create(tenant, items));
        }
    }
}
