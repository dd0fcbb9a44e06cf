using Api.Answering;
using Api.Documents;

namespace Api;

/// <summary>Where the service can be reached.</summary>
internal static class ApiEndpoints
{
    private const int CharactersPerToken = 4;

    public static void MapApi(this WebApplication app)
    {
        app.MapPost("/ask", AskEndpoint.AskAsync)
            .RequireScope("ask")
            .RequireRateLimit("burst", "ask")
            .RequireTokenBudget("tokens", static context => (context.Request.ContentLength ?? 0) / CharactersPerToken);

        app.MapPost("/documents", DocumentEndpoints.AddAsync)
            .RequireScope("documents")
            .RequireRateLimit("burst", "documents")
            .WithIdempotency();

        app.MapGet("/documents/{id:guid}", DocumentEndpoints.GetAsync)
            .RequireScope("documents")
            .RequireRateLimit("burst");

        app.MapPipelineHealth();
        app.MapPipelineVersion().AllowAnonymous();
        app.MapPipelineMetrics();
        app.MapPipelineAdmin().RequireScope("admin");
    }
}
