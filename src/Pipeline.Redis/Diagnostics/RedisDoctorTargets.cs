namespace Pipeline.Diagnostics;

/// <summary>All connections to Redis of the container: its checks are there once, whatever stands on how many servers.</summary>
internal sealed class RedisDoctorTargets(IEnumerable<RedisDoctorTarget> targets)
{
    public IReadOnlyList<RedisDoctorTarget> All { get; } = [.. targets];
}
