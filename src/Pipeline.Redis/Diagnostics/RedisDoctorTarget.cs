using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>A connection that the doctor looks at, and what stands on it.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Roles">The roles.</param>
internal sealed record RedisDoctorTarget(RedisConnection Connection, PipelineRoles Roles)
{
    /// <summary>The roles whose data is nowhere else.</summary>
    public const PipelineRoles Keepers = PipelineRoles.Queues | PipelineRoles.State | PipelineRoles.Telemetry;

    /// <summary>Whether any of some roles stands here.</summary>
    public bool Has(PipelineRoles roles) => (Roles & roles) != PipelineRoles.None;

    /// <summary>What keeps its data here and nowhere else, in words that follow "and".</summary>
    public string Kept => string.Join(
        " and ",
        new[] { (PipelineRoles.Queues, "queues"), (PipelineRoles.State, "state"), (PipelineRoles.Telemetry, "telemetry") }
            .Where(role => Roles.HasFlag(role.Item1))
            .Select(static role => role.Item2));
}
