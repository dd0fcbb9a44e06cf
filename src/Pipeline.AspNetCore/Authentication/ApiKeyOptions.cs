namespace Pipeline.Authentication;

/// <summary>Which API keys there are, and how callers are treated that have none.</summary>
/// <remarks>
/// <para>
/// Bound from <c>ApiKeys</c> of the edge's section. Keys of all sources count together. A name that stands for two keys, a key under two names, and whatever is malformed
/// stops the start, with an error that names the place and never the key.
/// </para>
/// <para>
/// <see cref="Keys"/>, <see cref="Entries"/>, <see cref="List"/> and the file's content are followed while the process runs; what cannot be read or is malformed is
/// logged, and changes nothing. All other settings are read once.
/// </para>
/// </remarks>
public sealed class ApiKeyOptions
{
    /// <summary>What is protected, as <c>WWW-Authenticate</c> says it. Visible ASCII and spaces, without <c>"</c> and <c>\</c>. Default: <c>api</c>.</summary>
    public string Realm { get; set; } = "api";

    /// <summary>
    /// Whether a process without a single key refuses to start, in whatever environment. With <see cref="Store"/> there may be none yet. Default: <see langword="true"/>.
    /// </summary>
    public bool Required { get; set; } = true;

    /// <summary>
    /// Keys as <c>name=key,name2=key2</c>, without tenant or scopes. A key may be given as <c>sha256:</c> and 64 hexadecimal digits. Default: none.
    /// </summary>
    public string? Keys { get; set; }

    /// <summary>
    /// Keys as <c>key:tenant:scope,scope;key2:tenant2:scope</c>. Each is named after its tenant and the first digits of its hash, <c>acme-1a2b3c4d</c>. Default: none.
    /// </summary>
    public string? Entries { get; set; }

    /// <summary>Keys with all that can be said of them. Default: none.</summary>
    public IList<ApiKeyEntry> List { get; set; } = [];

    /// <summary>
    /// A file of keys, at most 1 MiB of UTF-8, one a line: <c>name=key</c>, then optionally, each after white space, <c>tenant=…</c>, <c>scopes=a,b</c>,
    /// <c>expires=2030-01-31</c> (or a time of ISO 8601; UTC unless it says otherwise), <c>networks=10.0.0.0/8,192.0.2.7</c>, <c>enabled=false</c>. Empty lines and lines
    /// that begin with <c>#</c> are skipped. It is looked at every two seconds. A relative path is one from the content root. Default: none.
    /// </summary>
    public string? File { get; set; }

    /// <summary>The scopes that a key may have; any other is an error, so that a misspelt one is found. Default: none, which means any.</summary>
    public IList<string> AllowedScopes { get; set; } = [];

    /// <summary>The least length of a key in characters, 16 to 256. Default: 24.</summary>
    public int MinKeyLength { get; set; } = 24;

    /// <summary>
    /// How long a key goes on working after it was replaced or taken away while the process runs, zero to 30 days. A restart ends it. A key that is disabled or has
    /// expired is refused at once. Default: 24 hours.
    /// </summary>
    public TimeSpan RotationGrace { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Whether there are keys in the suite's state store, too, which <see cref="ApiKeyDirectory"/> makes and revokes for all replicas. Default: <see langword="false"/>.</summary>
    public bool Store { get; set; }

    /// <summary>
    /// How long a key of the store that this process knows goes on working while the store cannot be reached, zero to 7 days. Unknown ones are answered 503 meanwhile.
    /// Default: 1 hour.
    /// </summary>
    public TimeSpan StoreOutageTolerance { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many keys of the store the process keeps in memory, 100 to 1,000,000. Default: 10,000.</summary>
    public int StoreCacheSize { get; set; } = 10_000;

    /// <summary>
    /// The wrong keys within <see cref="BanWindow"/> after which their address is banned, 1 to 1,000; 0 for no bans. The fleet counts together, by the suite's rate
    /// limiter. IPv6 addresses count by their /64. Missing, expired and disabled keys do not count. Default: 5.
    /// </summary>
    /// <remarks>
    /// Who is behind a proxy has the proxy's address unless the edge is told of the proxy: five wrong keys would then ban all callers. Each ban is logged as a warning,
    /// and the warning says so where a header shows that a proxy is unknown.
    /// </remarks>
    public int FailuresBeforeBan { get; set; } = 5;

    /// <summary>In what time the failures count, 1 second to 1 day. Default: 5 minutes.</summary>
    public TimeSpan BanWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a ban lasts, 1 second to 30 days. Default: 15 minutes.</summary>
    public TimeSpan BanDuration { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The scheme that gets bearer tokens of the form of a JWT, for instance <c>Bearer</c>; so one scheme, that of the keys, serves as the default of both.
    /// <see langword="null"/> to leave such tokens alone. They are never looked at as keys. Default: <see langword="null"/>.
    /// </summary>
    /// <remarks>
    /// Bearer tokens of any other form are taken for keys, and for wrong ones. For those, make a policy scheme the default that tells them from keys
    /// (<c>AddPolicyScheme</c>).
    /// </remarks>
    public string? TokenScheme { get; set; }
}
