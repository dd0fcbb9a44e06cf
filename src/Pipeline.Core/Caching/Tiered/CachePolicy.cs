using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Caching;

/// <summary>The checked, immutable copy of a <see cref="CacheEntryPreset"/>.</summary>
internal sealed record CachePolicy
{
    private static readonly CacheEntryPresetValidator Validator = new();

    private CachePolicy(CacheEntryPreset preset)
    {
        FreshFor = preset.FreshFor;
        LocalFor = preset.LocalFor is { } local && local < preset.FreshFor ? local : preset.FreshFor;
        OwnLocalFor = preset.LocalFor;
        StaleFor = preset.StaleFor;
        SoftTimeout = preset.SoftTimeout;
        HardTimeout = preset.HardTimeout;
        RetryDelay = preset.RetryDelay;
        EarlyRefresh = preset.EarlyRefresh;
        Jitter = preset.Jitter;
        UseFillLease = preset.UseFillLease;
        FillWait = preset.FillWait;
    }

    public TimeSpan FreshFor { get; private init; }

    public TimeSpan LocalFor { get; private init; }

    public TimeSpan StaleFor { get; }

    public TimeSpan? SoftTimeout { get; }

    public TimeSpan? HardTimeout { get; }

    public TimeSpan RetryDelay { get; }

    public double? EarlyRefresh { get; }

    public double Jitter { get; }

    public bool UseFillLease { get; }

    public TimeSpan FillWait { get; }

    public bool AllowsStale => StaleFor > TimeSpan.Zero;

    /// <summary>Whether callers can be answered before the value has been made.</summary>
    public bool HasTimeouts => SoftTimeout is not null || HardTimeout is not null;

    private TimeSpan? OwnLocalFor { get; }

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of range.</exception>
    public static CachePolicy Of(CacheEntryPreset preset, string name = "")
    {
        ArgumentNullException.ThrowIfNull(preset);
        Pipeline.Backends.OptionsValidatorExtensions.ThrowIfInvalid(Validator, name, preset);
        return new(preset);
    }

    /// <summary>This policy with what a call says of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A duration of <paramref name="options"/> is not positive.</exception>
    public CachePolicy For(HybridCacheEntryOptions? options)
    {
        if (options is null or { Expiration: null, LocalCacheExpiration: null })
        {
            return this;
        }

        var fresh = options.Expiration is { } expiration ? Check(expiration, nameof(options.Expiration)) : FreshFor;
        var local = options.LocalCacheExpiration is { } own ? Check(own, nameof(options.LocalCacheExpiration)) : OwnLocalFor ?? fresh;
        return this with { FreshFor = fresh, LocalFor = local < fresh ? local : fresh };
    }

    /// <summary>How long one entry is fresh: <see cref="FreshFor"/>, less its share of the jitter.</summary>
    public TimeSpan DrawFreshFor()
    {
        if (Jitter == 0)
        {
            return FreshFor;
        }

#pragma warning disable CA5394 // Spreads expiry; guards nothing.
        var fresh = FreshFor * (1 - (Jitter * Random.Shared.NextDouble()));
#pragma warning restore CA5394
        return fresh < CacheEntryOptions.MinDuration ? CacheEntryOptions.MinDuration : fresh;
    }

    private static TimeSpan Check(TimeSpan value, string setting)
    {
        if (value < CacheEntryOptions.MinDuration)
        {
            throw new ArgumentOutOfRangeException(
                nameof(value), $"{setting} is {value}. Give at least 1 millisecond, or set a flag that disables the write.");
        }

        return value > CacheEntryOptions.MaxDuration ? CacheEntryOptions.MaxDuration : value;
    }
}
