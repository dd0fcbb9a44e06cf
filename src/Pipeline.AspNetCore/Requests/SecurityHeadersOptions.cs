namespace Pipeline.Requests;

/// <summary>Which headers tell browsers to be careful with the answers.</summary>
/// <remarks>
/// Bound from <c>SecurityHeaders</c> of the edge's section. A header that an endpoint sets by itself is left as it is. Read once, when the application is built.
/// </remarks>
public sealed class SecurityHeadersOptions
{
    /// <summary>Whether answers get the headers; <c>X-Content-Type-Options: nosniff</c> is always one of them. Default: <see langword="false"/>.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// The value of <c>Content-Security-Policy</c>; empty for none. Default: <c>default-src 'none'; frame-ancestors 'none'</c>, which suits an API and no page.
    /// </summary>
    public string ContentSecurityPolicy { get; set; } = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The value of <c>X-Frame-Options</c>; empty for none. Default: <c>DENY</c>.</summary>
    public string FrameOptions { get; set; } = "DENY";

    /// <summary>The value of <c>Referrer-Policy</c>; empty for none. Default: <c>no-referrer</c>.</summary>
    public string ReferrerPolicy { get; set; } = "no-referrer";

    /// <summary>
    /// For how long browsers come by https only (<c>Strict-Transport-Security</c>), up to 10 years; zero for no such header. It is sent over https alone. Default: 365 days.
    /// </summary>
    public TimeSpan HstsMaxAge { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Whether that holds for the host's subdomains too. Default: <see langword="false"/>.</summary>
    public bool HstsIncludesSubdomains { get; set; }
}
