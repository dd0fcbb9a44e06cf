namespace Pipeline.Diagnostics;

/// <summary>All connections to PostgreSQL of the container: its checks are there once, whatever stands on how many databases.</summary>
internal sealed class PostgresDoctorTargets(IEnumerable<PostgresDoctorTarget> targets)
{
    public IReadOnlyList<PostgresDoctorTarget> All { get; } = [.. targets];
}
