using System.Diagnostics.CodeAnalysis;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Whose answers a look-up in the semantic cache may find: one tenant's, of one step in one version, by one model. Never across.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
[Experimental(SemanticCache.DiagnosticId)]
public sealed record SemanticCacheScope
{
    /// <summary>Names a scope.</summary>
    /// <param name="tenant">The tenant, 1 to 512 bytes of UTF-8.</param>
    /// <param name="step">What makes the answers, 1 to 512 bytes of UTF-8.</param>
    /// <param name="stepVersion">Its version, for instance of its prompt; <see langword="null"/> for none, which is a version of its own.</param>
    /// <param name="model">The model that answers; <see langword="null"/> for none, which is a model of its own.</param>
    /// <exception cref="ArgumentException">A value is no valid name (<see cref="StoredName"/>).</exception>
    public SemanticCacheScope(string tenant, string step, string? stepVersion = null, string? model = null)
    {
        StoredName.ThrowIfInvalid(tenant);
        StoredName.ThrowIfInvalid(step);
        if (stepVersion is not null)
        {
            StoredName.ThrowIfInvalid(stepVersion);
        }

        if (model is not null)
        {
            StoredName.ThrowIfInvalid(model);
        }

        Tenant = tenant;
        Step = step;
        StepVersion = stepVersion;
        Model = model;
    }

    /// <summary>The tenant.</summary>
    public string Tenant { get; }

    /// <summary>What makes the answers.</summary>
    public string Step { get; }

    /// <summary>Its version, or <see langword="null"/>.</summary>
    public string? StepVersion { get; }

    /// <summary>The model that answers, or <see langword="null"/>.</summary>
    public string? Model { get; }
}
