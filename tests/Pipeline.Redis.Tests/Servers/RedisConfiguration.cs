using System.Globalization;

namespace Pipeline.Redis.Servers;

/// <summary>Writes the configuration file of a server. A file, not arguments, which every user of the machine could read.</summary>
internal static class RedisConfiguration
{
    public static IEnumerable<string> Lines(RedisServerOptions options, string folder, int port, TlsFiles? tls) =>
        Basics(folder)
            .Concat(Ports(port, tls))
            .Concat(Data(options))
            .Concat(Access(options))
            .Concat(ReplicationAndCluster(options, port, tls is not null))
            .Concat(options.Settings);

    private static string[] Basics(string folder) =>
    [
        "bind 127.0.0.1",
        $"dir {Quoted(folder)}",
        "daemonize no",
        "logfile \"\"",

        // A replica's first synchronisation would wait five seconds for others to join it.
        "repl-diskless-sync-delay 0",
        .. RedisProgram.MajorVersion >= 7 ? ["enable-debug-command local"] : Array.Empty<string>(),
    ];

    private static string[] Ports(int port, TlsFiles? tls) => tls is null
        ? [Line("port", port)]
        :
        [
            "port 0",
            Line("tls-port", port),
            $"tls-cert-file {Quoted(tls.Certificate)}",
            $"tls-key-file {Quoted(tls.Key)}",
            $"tls-ca-cert-file {Quoted(tls.Authority)}",
            "tls-auth-clients no",
        ];

    private static IEnumerable<string> Data(RedisServerOptions options)
    {
        yield return "save \"\"";
        if (options.AppendFsync is not null)
        {
            yield return "appendonly yes";
            yield return $"appendfsync {options.AppendFsync}";
        }

        if (options.MaxMemory is not null)
        {
            yield return $"maxmemory {options.MaxMemory}";
            yield return $"maxmemory-policy {options.MaxMemoryPolicy}";
        }
    }

    private static IEnumerable<string> Access(RedisServerOptions options)
    {
        if (options.Password is not null)
        {
            yield return $"requirepass {Quoted(options.Password)}";
            yield return $"masterauth {Quoted(options.Password)}";
        }

        foreach (var user in options.Users)
            yield return $"user {user}";
    }

    private static IEnumerable<string> ReplicationAndCluster(RedisServerOptions options, int port, bool isTls)
    {
        if (options.ReplicaOf is { } primary)
            yield return $"replicaof {primary.Address} {primary.Port.ToString(CultureInfo.InvariantCulture)}";
        if (isTls && (options.IsClusterNode || options.ReplicaOf is not null))
            yield return "tls-replication yes";

        if (options.IsClusterNode)
        {
            yield return "cluster-enabled yes";
            yield return "cluster-node-timeout 5000";
            if (options.AnnouncedPort is { } announced)
            {
                yield return "cluster-announce-ip 127.0.0.1";
                yield return Line("cluster-announce-port", announced);
                yield return Line("cluster-announce-bus-port", LoopbackPort.ClusterBus(port));
            }
        }
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Line(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"{name} {value}");
}
