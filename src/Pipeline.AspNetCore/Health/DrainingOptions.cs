namespace Pipeline.Health;

/// <summary>How the server ends.</summary>
/// <remarks>Bound from <c>Draining</c> of the edge's configuration section. Read once, at the start.</remarks>
public sealed class DrainingOptions
{
    /// <summary>
    /// How long the server goes on accepting requests after it was told to stop, while readiness is 503 already, zero to 5 minutes: the time that load balancers take
    /// to notice. It is part of the host's <c>ShutdownTimeout</c>. Default: zero, for a server that stands behind none; in Kubernetes give it 5 seconds or more.
    /// </summary>
    public TimeSpan PreStopWait { get; set; }
}
