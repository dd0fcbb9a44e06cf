using System.Net;

namespace Pipeline.Redis.Servers;

/// <summary>What a server is started with; without any of it, a node that keeps its data in memory.</summary>
public sealed record RedisServerOptions
{
    /// <summary>Gets when the append-only file is synced: <c>always</c>, <c>everysec</c> or <c>no</c>; null for no file.</summary>
    public string? AppendFsync { get; init; }

    /// <summary>Gets the most memory, such as <c>10mb</c>, or null for no limit.</summary>
    public string? MaxMemory { get; init; }

    /// <summary>Gets what happens at <see cref="MaxMemory"/>, such as <c>allkeys-lru</c>. Default: <c>noeviction</c>.</summary>
    public string MaxMemoryPolicy { get; init; } = "noeviction";

    /// <summary>Gets the primary that the server replicates, or null.</summary>
    public IPEndPoint? ReplicaOf { get; init; }

    /// <summary>Gets if the server is a node of a cluster.</summary>
    public bool IsClusterNode { get; init; }

    /// <summary>Gets the port that a cluster node tells others to use, such as that of a proxy before it; null for its own.</summary>
    public int? AnnouncedPort { get; init; }

    /// <summary>Gets the password of the default user, or null for none.</summary>
    public string? Password { get; init; }

    /// <summary>Gets further users, each as <c>ACL SETUSER</c> takes one: <c>reader on &gt;secret ~* +@read</c>.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Gets the certificates of a server that speaks TLS only, or null for one that does not.</summary>
    public TestCertificates? Certificates { get; init; }

    /// <summary>Gets further lines of the configuration file.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
