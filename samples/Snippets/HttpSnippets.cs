using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Problems;
using Pipeline.RateLimiting;

namespace Snippets;

internal static class HttpSnippets
{
    public static void Serve(string[] args, RequestDelegate ask, RequestDelegate add)
    {
        // snippet: http
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddPipeline(builder.Configuration.GetSection("Pipeline"));
        builder.Services.AddAuthentication().AddPipelineApiKeys();
        builder.Services.AddPipelineHttp(builder.Configuration.GetSection("Http"))
            .AddRateLimit("ask", RateLimitRule.SlidingWindow(60, TimeSpan.FromMinutes(1)), HttpPartition.ApiKey)
            .AddRateLimit("tokens", RateLimitRule.TokenBucket(100_000, TimeSpan.FromMinutes(1)), HttpPartition.Tenant);

        var app = builder.Build();
        app.UsePipeline();
        app.MapPost("/ask", ask).RequireScope("ask").RequireRateLimit("ask").RequireTokenBudget("tokens", estimate: 2_000).WithDeadline(TimeSpan.FromSeconds(30));
        app.MapPost("/documents", add).RequireScope("documents").WithIdempotency();
        app.MapPipelineHealth();
        app.MapPipelineMetrics();
        app.MapPipelineAdmin().RequireScope("admin");
        app.Run();
        // end snippet
    }

    public static void ReadSettingsFile(WebApplicationBuilder builder)
    {
        // snippet: http-settings-file
        if (builder.Configuration["Http:Admin:SettingsFile"] is { Length: > 0 } file)
        {
            builder.Configuration.AddJsonFile(file, optional: true, reloadOnChange: true); // last of the sources, so that it counts
        }
        // end snippet
    }

    public static void Refuse(HttpContext context, bool isSpent)
    {
        // snippet: http-refuse
        if (isSpent)
        {
            throw new HttpProblemException(new HttpProblem(402, ProblemCodes.BudgetExhausted, "Budget exhausted", "The month's budget is used up."));
        }
        // end snippet
        context.ReportTokens(1);
    }
}
