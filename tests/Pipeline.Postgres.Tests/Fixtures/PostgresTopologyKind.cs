namespace Pipeline.Postgres.Fixtures;

/// <summary>What a suite of conformance tests runs on.</summary>
public enum PostgresTopologyKind
{
    /// <summary>The server that all tests share.</summary>
    Node,

    /// <summary>That server behind a proxy that delays each request and each reply by a millisecond or two.</summary>
    SlowNode,

    /// <summary>A server that all tests share and that has no pgvector.</summary>
    Plain,
}
