namespace Pipeline.Crash.Backends;

/// <summary>The backends by the names that the command line has for them.</summary>
internal static class CrashBackends
{
    public static IReadOnlyDictionary<string, ICrashBackend> ByName { get; } = new Dictionary<string, ICrashBackend>(StringComparer.Ordinal)
    {
        ["postgres"] = new PostgresCrashBackend(),
        ["redis"] = new RedisCrashBackend(),
    };
}
