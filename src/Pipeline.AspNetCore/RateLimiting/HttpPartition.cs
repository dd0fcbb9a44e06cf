using Microsoft.AspNetCore.Http;

namespace Pipeline.RateLimiting;

/// <summary>Whose budget a request is counted under: which requests share one.</summary>
/// <remarks>
/// <para>
/// Where a request has no such value (no key, no tenant, no user, or a function that gave none) it is counted under its client's address. The address is the one that
/// the connection has, or that a configured proxy forwarded; an IPv6 client is counted by its /64, since it has the whole of it to itself.
/// </para>
/// <para>Immutable, hence thread safe.</para>
/// </remarks>
public sealed class HttpPartition
{
    /// <summary>Every request carries its keys to the backend, so they stay short.</summary>
    private const int LongestKey = 200;

    private readonly Part[] _parts;

    private HttpPartition(params Part[] parts) => _parts = parts;

    /// <summary>The name of the caller's API key. In configuration: <c>key</c>.</summary>
    public static HttpPartition ApiKey { get; } = Single("key", HttpCaller.KeyName);

    /// <summary>The caller's tenant. In configuration: <c>tenant</c>.</summary>
    public static HttpPartition Tenant { get; } = Single("tenant", HttpCaller.Tenant);

    /// <summary>The user, of whatever tenant: the same name in two tenants is two users. In configuration: <c>user</c>.</summary>
    public static HttpPartition User { get; } = new(new Part("user", UserOf));

    /// <summary>The client's address. In configuration: <c>address</c>.</summary>
    public static HttpPartition Address { get; } = Single("address", HttpCaller.Address);

    /// <summary>The endpoint's method and route pattern: each endpoint has budgets of its own. In configuration: <c>endpoint</c>.</summary>
    public static HttpPartition Endpoint { get; } = Single("endpoint", static context => context.GetEndpoint()?.DisplayName);

    /// <summary>All requests share one budget. In configuration: <c>everyone</c>.</summary>
    public static HttpPartition Everyone { get; } = Single("everyone", static _ => "all");

    private static IEnumerable<(string Name, HttpPartition Partition)> Known =>
        [("key", ApiKey), ("tenant", Tenant), ("user", User), ("address", Address), ("endpoint", Endpoint), ("everyone", Everyone)];

    /// <summary>A value of one's own, for instance a header's or a route's.</summary>
    /// <param name="name">What tells it from other partitions: 1 to 32 letters, digits, <c>-</c> and <c>_</c>.</param>
    /// <param name="value">
    /// The value; <see langword="null"/> or empty for the client's address. It is called once a request, on any thread. What a client can choose freely
    /// gives it a new budget whenever it likes.
    /// </param>
    /// <returns>The partition.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no such name.</exception>
    public static HttpPartition By(string name, Func<HttpContext, string?> value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (name.Length is 0 or > 32 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new ArgumentException("The name of a partition is not 1 to 32 letters, digits, - and _. Give it such a name.", nameof(name));
        }

        // A prefix, so that no name of a host's is one of ours.
        return Single("by-" + name, value);
    }

    /// <summary>Counts under both: two requests share a budget where both values are the same.</summary>
    /// <param name="other">The other partition.</param>
    /// <returns>The partition, for instance <c>HttpPartition.Tenant.And(HttpPartition.Endpoint)</c>.</returns>
    public HttpPartition And(HttpPartition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. _parts, .. other._parts]);
    }

    /// <summary>Reads a partition from configuration: names with <c>+</c> between them.</summary>
    /// <returns>The partition, or <see langword="null"/> if a name is none.</returns>
    internal static HttpPartition? TryParse(string? text)
    {
        HttpPartition? all = null;
        foreach (var name in (text ?? "").Split('+', StringSplitOptions.TrimEntries))
        {
            var (_, found) = Known.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.OrdinalIgnoreCase));
            if (found is null)
            {
                return null;
            }

            all = all is null ? found : all.And(found);
        }

        return all;
    }

    /// <summary>The key of a request's budget.</summary>
    /// <param name="context">The request.</param>
    /// <param name="prefix">What tells it from the budgets of other policies.</param>
    internal string KeyOf(HttpContext context, string prefix)
    {
        if (_parts.Length == 1)
        {
            var (label, value) = _parts[0].Of(context);
            return string.Concat(prefix, label, value);
        }

        var key = prefix;
        foreach (var part in _parts)
        {
            var (label, value) = part.Of(context);
            key = string.Concat(key, label, value, "|");
        }

        return key.Length <= LongestKey ? key : string.Concat(prefix, "#", HttpCaller.Hash(key));
    }

    private static HttpPartition Single(string name, Func<HttpContext, string?> value) =>
        new(new Part(name, context => value(context) is { Length: > 0 } found ? HttpCaller.Part(found) : null));

    private static string? UserOf(HttpContext context) => HttpCaller.User(context) is { } user
        ? string.Concat(HttpCaller.Part(HttpCaller.Tenant(context) ?? "default"), "|", HttpCaller.Part(user))
        : null;

    private sealed class Part(string name, Func<HttpContext, string?> value)
    {
        private readonly string _label = name + "=";

        public (string Label, string Value) Of(HttpContext context) =>
            value(context) is { } found ? (_label, found) : ("address=", HttpCaller.Address(context));
    }
}
