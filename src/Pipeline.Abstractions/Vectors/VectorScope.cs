using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Whose items a call concerns: one tenant's, in one version of one collection.</summary>
/// <remarks>
/// Every call on items takes one, so that none can be made without a tenant. Immutable, hence thread safe. The default value is not valid.
/// </remarks>
public readonly record struct VectorScope
{
    /// <summary>Names a tenant's part of a collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="version">The version, 1 or more; <see langword="null"/> means the one that is live when the call is made.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="collection"/> or <paramref name="tenant"/> is not a name (<see cref="StoredName"/>).
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is below 1.</exception>
    public VectorScope(string collection, string tenant, int? version = null)
    {
        StoredName.ThrowIfInvalid(collection);
        StoredName.ThrowIfInvalid(tenant);
        if (version is { } number)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(version));
        }

        Collection = collection;
        Tenant = tenant;
        Version = version;
    }

    /// <summary>The collection.</summary>
    public string Collection { get; }

    /// <summary>The tenant.</summary>
    public string Tenant { get; }

    /// <summary>The version, or <see langword="null"/> for the one that is live when the call is made.</summary>
    public int? Version { get; }
}
