using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Authentication;

namespace Pipeline.RateLimiting;

/// <summary>Believes whoever says who it is, by the headers <c>Test-Key</c>, <c>Test-Tenant</c> and <c>Test-User</c>.</summary>
internal sealed class TestCaller(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string SchemeName = "Test";

    public static void Add(IServiceCollection services) =>
        services.AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, TestCaller>(SchemeName, configureOptions: null);

    /// <summary>A request by somebody.</summary>
    public static HttpRequestMessage Message(HttpMethod method, string path, string? key = null, string? tenant = null, string? user = null)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in new[] { ("Test-Key", key), ("Test-Tenant", tenant), ("Test-User", user) })
        {
            if (value is not null)
                request.Headers.Add(name, value);
        }

        return request;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var claims = new List<Claim>();
        foreach (var (name, type) in new[] { ("Test-Key", PipelineClaims.KeyName), ("Test-Tenant", PipelineClaims.Tenant), ("Test-User", ClaimTypes.NameIdentifier) })
        {
            if (Request.Headers[name].ToString() is { Length: > 0 } value)
                claims.Add(new(type, value));
        }

        return Task.FromResult(claims.Count == 0
            ? AuthenticateResult.NoResult()
            : AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName)));
    }
}
