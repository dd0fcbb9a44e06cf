using System.Diagnostics.Metrics;

namespace Pipeline.Authentication;

/// <summary>The instruments of API keys. Tags are outcomes, never a key or an address. Thread safe.</summary>
internal sealed class ApiKeyMetrics
{
    private const string MeterName = "Pipeline";
    private const string OutcomeTag = "pipeline.outcome";

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _bans;

    public ApiKeyMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>("pipeline.http.api_key.attempts", "{attempt}", "Requests that came with an API key, by outcome.");
        _bans = meter.CreateCounter<long>("pipeline.http.api_key.bans", "{ban}", "Addresses that were banned for wrong API keys.");
    }

    public void CountBan() => _bans.Add(1);

    public void Count(ApiKeyRefusal outcome)
    {
        if (_attempts.Enabled)
        {
            _attempts.Add(1, new KeyValuePair<string, object?>(OutcomeTag, NameOf(outcome)));
        }
    }

    private static string NameOf(ApiKeyRefusal outcome) => outcome switch
    {
        ApiKeyRefusal.None => "accepted",
        ApiKeyRefusal.Unknown => "unknown",
        ApiKeyRefusal.Malformed => "malformed",
        ApiKeyRefusal.Expired => "expired",
        ApiKeyRefusal.Disabled => "disabled",
        ApiKeyRefusal.Network => "network",
        ApiKeyRefusal.Banned => "banned",
        _ => "unavailable",
    };
}
