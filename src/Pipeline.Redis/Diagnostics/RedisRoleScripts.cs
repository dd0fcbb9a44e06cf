using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>The scripts of the package by role, and the commands that they call: read from what is embedded, so that none is forgotten.</summary>
internal static partial class RedisRoleScripts
{
    /// <summary>What stands before each script of the queues.</summary>
    private const string QueuePrelude = "Queues/queue.lua";

    private static readonly FrozenDictionary<string, PipelineRoles> Rooms = new Dictionary<string, PipelineRoles>(StringComparer.Ordinal)
    {
        ["Caching"] = PipelineRoles.Cache,
        ["Queues"] = PipelineRoles.Queues,
        ["RateLimiting"] = PipelineRoles.RateLimiting,
        ["State"] = PipelineRoles.State,
        ["Telemetry"] = PipelineRoles.Telemetry,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The scripts of some roles, by name.</summary>
    public static IEnumerable<(string Name, RedisScript Script)> Of(PipelineRoles roles) =>
        from name in typeof(RedisScript).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
        where name.EndsWith(".lua", StringComparison.Ordinal)
            && Rooms.TryGetValue(name.Split('/')[0], out var role) && roles.HasFlag(role)
            && !string.Equals(name, QueuePrelude, StringComparison.Ordinal)
        select (name, name.StartsWith("Queues/", StringComparison.Ordinal) ? RedisScript.Load(QueuePrelude, name) : RedisScript.Load(name));

    /// <summary>The commands that some roles use on keys, in scripts or by themselves.</summary>
    public static IEnumerable<string> CommandsOf(PipelineRoles roles) =>
        Of(roles).SelectMany(static script => Call().Matches(script.Script.Text)).Select(static match => match.Groups["command"].Value)
            .Concat(OwnCommands(roles))
            .Where(static command => command is not "PUBLISH")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    // What is sent without a script: PUBLISH and SUBSCRIBE are looked at by themselves, with their channel.
    private static IEnumerable<string> OwnCommands(PipelineRoles roles) =>
    [
        "EXISTS",
        .. roles.HasFlag(PipelineRoles.Cache) ? ["GET", "SET", "TYPE"] : Array.Empty<string>(),
        .. roles.HasFlag(PipelineRoles.RateLimiting) ? ["DEL"] : Array.Empty<string>(),
        .. roles.HasFlag(PipelineRoles.State) ? ["GET"] : Array.Empty<string>(),
    ];

    [GeneratedRegex("""call\(\s*['"](?<command>[A-Z]+)['"]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();
}
