namespace Pipeline.Metrics;

/// <summary>Who may reach what is internal: <c>/metrics</c>, and every endpoint with <c>RequireInternal()</c>.</summary>
/// <remarks>
/// <para>Bound from <c>Internal</c> of the edge's configuration section. Read once, at the start. Where both are given, both must hold.</para>
/// <para>
/// With neither, <c>/metrics</c> is open to all, and endpoints with <c>RequireInternal()</c> answer this machine only. To all others they do not exist: 404.
/// </para>
/// </remarks>
public sealed class InternalOptions
{
    /// <summary>
    /// The port whose connections are internal, 1 to 65535; the server listens on it only if the host tells it to. Default: <see langword="null"/>, any.
    /// </summary>
    public int? Port { get; set; }

    /// <summary>
    /// The networks whose addresses are internal, in CIDR notation such as <c>10.0.0.0/8</c> or <c>fd00::/8</c>. Default: empty, any. A request that was forwarded by a
    /// proxy which is not configured as one (<c>ForwardedHeaders</c>) is never internal, since its sender's address is not known.
    /// </summary>
    public IList<string> Networks { get; set; } = [];
}
