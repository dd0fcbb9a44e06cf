using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Authentication;

namespace Pipeline.Requests;

/// <summary>Believes whoever says who it is: <c>X-User: user@tenant</c>.</summary>
internal sealed class HeaderAuthenticationHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Header = "X-User";

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication(Header).AddScheme<AuthenticationSchemeOptions, HeaderAuthenticationHandler>(Header, configureOptions: null);
        services.AddAuthorization(static options => options
            .AddPolicy("ops", static policy => policy.RequireClaim(ClaimTypes.NameIdentifier, "operator")));
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header].ToString() is not { Length: > 0 } header)
            return Task.FromResult(AuthenticateResult.NoResult());
        var parts = header.Split('@', 2);
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, parts[0]) };
        if (parts.Length > 1)
            claims.Add(new(PipelineClaims.Tenant, parts[1]));
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, Header));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, Header)));
    }
}
