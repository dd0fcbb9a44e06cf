using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>A connection that the doctor looks at, and what stands on it.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Roles">The roles.</param>
/// <param name="Migrates">Whether the start creates the schema and brings an older one to this version.</param>
internal sealed record PostgresDoctorTarget(PostgresConnection Connection, PipelineRoles Roles, bool Migrates)
{
    /// <summary>The roles whose data is nowhere else.</summary>
    public const PipelineRoles Keepers = PipelineRoles.All & ~PipelineRoles.Cache;

    /// <summary>The roles that hear of what others do.</summary>
    public const PipelineRoles Listeners = PipelineRoles.Cache | PipelineRoles.Queues | PipelineRoles.State;

    /// <summary>The roles that store vectors, each tenant's behind its wall.</summary>
    public const PipelineRoles Searchers = PipelineRoles.Learning | PipelineRoles.Vectors;

    /// <summary>Whether any of some roles stands here.</summary>
    public bool Has(PipelineRoles roles) => (Roles & roles) != PipelineRoles.None;
}
