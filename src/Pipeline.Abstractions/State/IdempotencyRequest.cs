using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>What is to take place once.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record IdempotencyRequest
{
    /// <summary>Names what is to take place once.</summary>
    /// <param name="tenant">The tenant whose key it is.</param>
    /// <param name="key">The key that the caller chose. Together with the tenant it takes at most 480 bytes of UTF-8.</param>
    /// <param name="fingerprint">
    /// What tells this request from another: a hash of all that matters in it. A key that comes again with another fingerprint is a conflict.
    /// </param>
    /// <exception cref="ArgumentException">An argument is no name (<see cref="StoredName"/>), or tenant and key are too long together.</exception>
    public IdempotencyRequest(string tenant, string key, string fingerprint)
    {
        StateArguments.CheckTenantName(tenant, key);
        StoredName.ThrowIfInvalid(fingerprint);
        Tenant = tenant;
        Key = key;
        Fingerprint = fingerprint;
    }

    /// <summary>The tenant.</summary>
    public string Tenant { get; }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>What tells this request from another.</summary>
    public string Fingerprint { get; }

    /// <summary>How long the caller holds the key unless it renews: 100 milliseconds to 12 hours. Default: 1 minute.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan Lease
    {
        get;
        init
        {
            StateArguments.CheckLease(value, nameof(Lease));
            field = value;
        }
    } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long the key is remembered, from its last change on (begun, renewed or completed): 1 second to 3,650 days, and never less than <see cref="Lease"/>.
    /// Default: 24 hours.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan TimeToLive
    {
        get => field > Lease ? field : Lease;
        init
        {
            StateArguments.CheckDuration(value, TimeSpan.FromSeconds(1), StateArguments.MaxTimeToLive, nameof(TimeToLive));
            field = value;
        }
    } = TimeSpan.FromHours(24);
}
