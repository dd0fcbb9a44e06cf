namespace Pipeline.Redis.Fixtures;

/// <summary>What a suite of conformance tests runs on.</summary>
public enum RedisTopologyKind
{
    /// <summary>The plain node that all tests share.</summary>
    Node,

    /// <summary>The cluster that all tests share.</summary>
    Cluster,

    /// <summary>The plain node behind a proxy that delays each command and each reply by a millisecond or two.</summary>
    SlowNode,
}
