using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pipeline.Problems;

namespace Pipeline.Authentication;

/// <summary>What callers without a valid key are told.</summary>
internal sealed class ApiKeyProblems(string realm)
{
    private const string Unauthorized = "Not authenticated";

    public static readonly HttpProblem Forbidden = new(
        StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "Forbidden", "The caller may not do this. It needs a key with the scope for it.");

    private static readonly HttpProblem Missing = new(
        StatusCodes.Status401Unauthorized, ProblemCodes.Unauthorized, Unauthorized, "Give an API key as 'Authorization: Bearer …' or 'X-API-Key: …'.");

    private static readonly HttpProblem Wrong = new(
        StatusCodes.Status401Unauthorized, ProblemCodes.Unauthorized, Unauthorized, "The key is not valid.");

    private static readonly HttpProblem Expired = new(
        StatusCodes.Status401Unauthorized, ProblemCodes.Unauthorized, Unauthorized, "The key has expired or was replaced. Ask for a new one.");

    private static readonly HttpProblem Elsewhere = new(
        StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "Forbidden", "The key may not be used from this address.");

    private static readonly HttpProblem Banned = new(
        StatusCodes.Status429TooManyRequests, ProblemCodes.AddressBanned, "Address banned", "Too many wrong keys came from this address. Wait, and then give a valid one.");

    private static readonly HttpProblem Unavailable = new(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.BackendUnavailable, "Backend unavailable", "The key cannot be checked now. Try again later.");

    private static readonly AuthenticateResult[] Results = [.. Enum.GetValues<ApiKeyRefusal>().Select(
        static refusal => AuthenticateResult.Fail($"API key refused: {refusal}."))];

    private readonly StringValues _challenge = $"Bearer realm=\"{realm}\"";
    private readonly StringValues _challengeInvalid = $"Bearer realm=\"{realm}\", error=\"invalid_token\"";

    public static AuthenticateResult ResultOf(ApiKeyRefusal refusal) => Results[(int)refusal];

    /// <param name="isInvalid">Whether the caller gave a key or a token. RFC 6750 wants no error where none was given.</param>
    public StringValues ChallengeOf(bool isInvalid) => isInvalid ? _challengeInvalid : _challenge;

    public static HttpProblem Of(ApiKeyVerdict verdict) => verdict.Refusal switch
    {
        ApiKeyRefusal.None => Missing,
        ApiKeyRefusal.Expired => Expired,
        ApiKeyRefusal.Network => Elsewhere,
        ApiKeyRefusal.Banned => Banned with { RetryAfter = verdict.RetryAfter },
        ApiKeyRefusal.Unavailable => Unavailable with { RetryAfter = verdict.RetryAfter },
        _ => Wrong,
    };
}
