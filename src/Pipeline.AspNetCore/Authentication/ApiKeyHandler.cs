using System.Collections.ObjectModel;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Problems;

namespace Pipeline.Authentication;

/// <summary>The scheme: takes a key from the request, and answers those that have none, or a wrong one, with a problem.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<ApiKeySchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeyAuthenticator authenticator, ApiKeyProblems answers)
    : AuthenticationHandler<ApiKeySchemeOptions>(options, loggers, encoder)
{
    private static readonly Task<AuthenticateResult> Nothing = Task.FromResult(AuthenticateResult.NoResult());

    // One for all: nothing can be put into it.
    private static readonly AuthenticationProperties Properties = new(
        ReadOnlyDictionary<string, string?>.Empty, ReadOnlyDictionary<string, object?>.Empty);

    private ApiKeyVerdict _verdict;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!ApiKeyHeaders.TryRead(Request.Headers, out var hash))
        {
            return Nothing;
        }

        var verdict = authenticator.AuthenticateAsync(hash, Context);
        return verdict.IsCompletedSuccessfully ? Task.FromResult(ToResult(verdict.Result)) : AwaitAsync(verdict);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        var problem = ApiKeyProblems.Of(_verdict);
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            Response.Headers.WWWAuthenticate = answers.ChallengeOf(_verdict.Refusal != ApiKeyRefusal.None || ApiKeyHeaders.HasToken(Request.Headers));
        }

        await Context.WriteProblemAsync(problem).ConfigureAwait(false);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Context.WriteProblemAsync(ApiKeyProblems.Forbidden);

    private async Task<AuthenticateResult> AwaitAsync(ValueTask<ApiKeyVerdict> verdict) => ToResult(await verdict.ConfigureAwait(false));

    private AuthenticateResult ToResult(ApiKeyVerdict verdict)
    {
        _verdict = verdict;
        return verdict.Credential is { } credential

            // The principal is the request's own, since an application may add identities to it; the identity is the key's.
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(credential.Identity), Properties, Scheme.Name))
            : ApiKeyProblems.ResultOf(verdict.Refusal);
    }
}
