using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.RateLimiting;

namespace Pipeline.Authentication;

/// <summary>Counts the wrong keys of each address, and bans those that try too many. The suite's rate limiter keeps the counts, for the whole fleet. Thread safe.</summary>
/// <remarks>A ban is a window of one that somebody has taken. While the limiter's backend is away, each process counts by itself.</remarks>
internal sealed class ApiKeyBans(IRateLimiter limiter, ApiKeyOptions options, TimeProvider time, ApiKeyMetrics metrics, ILogger<ApiKeyBans> logger)
{
    private const int AddressesRemembered = 20_000;
    private const string FailurePrefix = "api-key-failures:";
    private const string BanPrefix = "api-key-ban:";
    private const string ForwardedFor = "X-Forwarded-For";

    // How much later than elsewhere a ban is known here.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    private readonly RateLimitRule _failures = RateLimitRule
        .SlidingWindow(options.FailuresBeforeBan, WholeMilliseconds(options.BanWindow))
        .Named("api-key-failures")
        .WhenUnavailable(RateLimitFallback.Local, options.FailuresBeforeBan);

    private readonly RateLimitRule _ban = RateLimitRule
        .SlidingWindow(1, WholeMilliseconds(options.BanDuration))
        .Named("api-key-ban")
        .WhenUnavailable(RateLimitFallback.Local, 1);

    private readonly BoundedMap<ClientAddress, BanNote> _notes = new(AddressesRemembered);

    /// <summary>Asks whether an address is banned.</summary>
    /// <returns>For how long; zero where it is not.</returns>
    public ValueTask<TimeSpan> CheckAsync(IPAddress? address, CancellationToken cancellationToken)
    {
        if (address is null)
        {
            return default;
        }

        var client = ClientAddress.Of(address);
        var now = time.GetTimestamp();
        if (_notes.TryGet(client, out var note) && now < note.GoodUntil)
        {
            return new(Remaining(note, now));
        }

        var peek = limiter.PeekAsync(new RateLimitDimension(BanPrefix + client, _ban), cancellationToken);
        return peek.IsCompletedSuccessfully ? new(Remember(client, peek.Result)) : AwaitAsync(client, peek);
    }

    /// <summary>Counts a wrong key.</summary>
    /// <returns>For how long the address is banned, because it was one too many; else zero.</returns>
    public async ValueTask<TimeSpan> CountAsync(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return TimeSpan.Zero;
        }

        // Not the request's own token: who hangs up is counted all the same.
        var client = ClientAddress.Of(address);
        var counted = await limiter.AcquireAsync(new RateLimitDimension(FailurePrefix + client, _failures), CancellationToken.None).ConfigureAwait(false);
        if (counted.IsGranted && counted.Remaining > 0)
        {
            return TimeSpan.Zero;
        }

        var ban = await limiter.AcquireAsync(new RateLimitDimension(BanPrefix + client, _ban), CancellationToken.None).ConfigureAwait(false);
        var remaining = Remember(client, ban);
        if (ban.IsGranted)
        {
            remaining = options.BanDuration;
            var now = time.GetTimestamp();
            _notes.Set(client, new BanNote(IsBanned: true, now + Ticks(remaining), now + Ticks(Memory)));
            Tell(client, context.Request.Headers);
        }

        // The last failure that is allowed is still answered as such.
        return counted.IsGranted ? TimeSpan.Zero : remaining;
    }

    private async ValueTask<TimeSpan> AwaitAsync(ClientAddress client, ValueTask<RateLimitDecision> peek) =>
        Remember(client, await peek.ConfigureAwait(false));

    private TimeSpan Remember(ClientAddress client, RateLimitDecision decision)
    {
        var now = time.GetTimestamp();
        var note = decision.IsGranted
            ? new BanNote(IsBanned: false, now, now + Ticks(Memory))
            : new BanNote(IsBanned: true, now + Ticks(decision.RetryAfter), now + Ticks(Memory));
        _notes.Set(client, note);
        return Remaining(note, now);
    }

    private void Tell(ClientAddress client, IHeaderDictionary headers)
    {
        metrics.CountBan();

        // What a configured proxy has said, the middleware has taken out of the header.
        if (headers.ContainsKey(ForwardedFor) || headers.ContainsKey("Forwarded"))
        {
            Log.ProxyAddressBanned(logger, client, options.BanDuration);
        }
        else
        {
            Log.AddressBanned(logger, client, options.BanDuration);
        }
    }

    private TimeSpan Remaining(BanNote note, long now) =>
        note.IsBanned && note.EndsAt > now ? time.GetElapsedTime(now, note.EndsAt) : TimeSpan.Zero;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private static TimeSpan WholeMilliseconds(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));
}
