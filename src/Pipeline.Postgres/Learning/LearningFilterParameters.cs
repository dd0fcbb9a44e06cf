using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>Filters as the statements take them.</summary>
internal static class LearningFilterParameters
{
    /// <summary>Adds the eleven parameters of <c>filter.sql</c>.</summary>
    public static NpgsqlParameterCollection Filter(this NpgsqlParameterCollection parameters, LearningFilter filter) => parameters
        .Text(filter.Tenant)
        .Text(filter.Collection)
        .Text(filter.RunId)
        .Text(filter.Step)
        .Text(filter.Agent)
        .Int((int)filter.MinSeverity)
        .Text(filter.Intervention)
        .Long(filter.Outcome is { } outcome ? (long)outcome : null)
        .Text(filter.Attributes.Count == 0 ? null : LearningAttributesJson.Write(filter.Attributes))
        .Long(filter.CreatedFrom is { } from ? LearningTime.ToMicroseconds(from) : null)
        .Long(filter.CreatedBefore is { } before ? LearningTime.ToMicroseconds(before) : null);
}
