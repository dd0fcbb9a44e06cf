using Microsoft.AspNetCore.Http;

namespace Pipeline.Authentication;

/// <summary>Judges the keys that callers come with. Thread safe; does nothing asynchronous for a key of configuration or file while limits are in memory.</summary>
internal sealed class ApiKeyAuthenticator(ApiKeyRing ring, StoredApiKeys? stored, ApiKeyBans? bans, TimeProvider time, ApiKeyMetrics metrics)
{
    private static readonly TimeSpan StoreRetryAfter = TimeSpan.FromSeconds(5);

    public ApiKeyOptions Options => ring.Options;

    /// <param name="hash">The key's; <see langword="null"/> where the caller's text cannot be a key.</param>
    /// <param name="context">The request.</param>
    public ValueTask<ApiKeyVerdict> AuthenticateAsync(KeyHash? hash, HttpContext context)
    {
        if (bans is null)
        {
            return JudgeAsync(hash, context);
        }

        var check = bans.CheckAsync(context.Connection.RemoteIpAddress, context.RequestAborted);
        if (!check.IsCompletedSuccessfully)
        {
            return AwaitAsync(check, hash, context);
        }

        return check.Result is var banned && banned > TimeSpan.Zero ? new(Refuse(ApiKeyRefusal.Banned, banned)) : JudgeAsync(hash, context);
    }

    private async ValueTask<ApiKeyVerdict> AwaitAsync(ValueTask<TimeSpan> check, KeyHash? hash, HttpContext context)
    {
        var banned = await check.ConfigureAwait(false);
        return banned > TimeSpan.Zero ? Refuse(ApiKeyRefusal.Banned, banned) : await JudgeAsync(hash, context).ConfigureAwait(false);
    }

    private ValueTask<ApiKeyVerdict> JudgeAsync(KeyHash? hash, HttpContext context)
    {
        if (hash is not { } known)
        {
            return FailAsync(ApiKeyRefusal.Malformed, context);
        }

        if (ring.TryFind(known, out var credential))
        {
            return new(Judge(credential, context));
        }

        return stored is null ? FailAsync(ApiKeyRefusal.Unknown, context) : AskStoreAsync(stored, known, context);
    }

    private ValueTask<ApiKeyVerdict> AskStoreAsync(StoredApiKeys keys, KeyHash hash, HttpContext context)
    {
        var asked = keys.FindAsync(hash, context.RequestAborted);
        return asked.IsCompletedSuccessfully ? JudgeStoredAsync(asked.Result, context) : AwaitStoreAsync(asked, context);
    }

    private async ValueTask<ApiKeyVerdict> AwaitStoreAsync(ValueTask<StoredApiKeyAnswer> asked, HttpContext context) =>
        await JudgeStoredAsync(await asked.ConfigureAwait(false), context).ConfigureAwait(false);

    private ValueTask<ApiKeyVerdict> JudgeStoredAsync(StoredApiKeyAnswer answer, HttpContext context)
    {
        if (answer.IsUnavailable)
        {
            return new(Refuse(ApiKeyRefusal.Unavailable, StoreRetryAfter));
        }

        return answer.Credential is { } credential ? new(Judge(credential, context)) : FailAsync(ApiKeyRefusal.Unknown, context);
    }

    private ApiKeyVerdict Judge(ApiKeyCredential credential, HttpContext context)
    {
        if (!credential.IsEnabled)
        {
            return Refuse(ApiKeyRefusal.Disabled);
        }

        if (credential.Definition.ExpiresAt is not null || credential.GraceUntil is not null)
        {
            var now = time.GetUtcNow();
            if (credential.Definition.ExpiresAt <= now || credential.GraceUntil <= now)
            {
                return Refuse(ApiKeyRefusal.Expired);
            }
        }

        if (credential.Networks.Length > 0 && !ClientNetworks.Contain(credential.Networks, context.Connection.RemoteIpAddress))
        {
            return Refuse(ApiKeyRefusal.Network);
        }

        metrics.Count(ApiKeyRefusal.None);
        return new(credential, ApiKeyRefusal.None);
    }

    private ValueTask<ApiKeyVerdict> FailAsync(ApiKeyRefusal refusal, HttpContext context) =>
        bans is null ? new(Refuse(refusal)) : CountAsync(bans, refusal, context);

    private async ValueTask<ApiKeyVerdict> CountAsync(ApiKeyBans counting, ApiKeyRefusal refusal, HttpContext context)
    {
        var banned = await counting.CountAsync(context).ConfigureAwait(false);
        return banned > TimeSpan.Zero ? Refuse(ApiKeyRefusal.Banned, banned) : Refuse(refusal);
    }

    private ApiKeyVerdict Refuse(ApiKeyRefusal refusal, TimeSpan? retryAfter = null)
    {
        metrics.Count(refusal);
        return new(Credential: null, refusal, retryAfter);
    }
}
