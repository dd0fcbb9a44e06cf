namespace Pipeline.Requests;

/// <summary>Which proxies are believed when they say for whom they call (<c>X-Forwarded-For</c>) and by which scheme (<c>X-Forwarded-Proto</c>).</summary>
/// <remarks>
/// Bound from <c>ForwardedHeaders</c> of the edge's section. Where no proxy and no network is named, nobody is believed, not even a caller of the same machine:
/// the address is that of the connection. Read once, when the application is built.
/// </remarks>
public sealed class TrustedProxyOptions
{
    /// <summary>The addresses of proxies, such as <c>10.0.0.7</c>. Default: empty.</summary>
    public IList<string> KnownProxies { get; set; } = [];

    /// <summary>Networks of proxies, such as <c>10.0.0.0/8</c>. Default: empty.</summary>
    public IList<string> KnownNetworks { get; set; } = [];

    /// <summary>How many proxies stand one behind the other at most, 1 to 16. Default: 1.</summary>
    public int ForwardLimit { get; set; } = 1;

    internal bool IsConfigured => KnownProxies.Count > 0 || KnownNetworks.Count > 0;
}
