using System.Net;
using System.Threading.RateLimiting;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Row V2: a suite's limiter as a policy of ASP.NET Core's own middleware.</summary>
public sealed class AspNetCorePolicyTests
{
    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    public async Task The_middleware_of_the_framework_counts_with_the_limiter_of_the_suite(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var server = await WebServer.StartAsync(
            static app =>
            {
                app.UseRateLimiter();
                app.MapGet("/", static () => "ok").RequireRateLimiting("ask");
            },
            (services, _) =>
            {
                backend.Use(services);
                TestCaller.Add(services);
                services.AddRateLimiter(static options =>
                {
                    options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
                    options.AddPipelinePolicy("ask", RateLimitRule.SlidingWindow(2, TimeSpan.FromMinutes(1)), HttpPartition.Tenant);
                    options.OnRejected = static (context, _) =>
                    {
                        context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after).Should().BeTrue();
                        context.HttpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
                        return ValueTask.CompletedTask;
                    };
                });
            });

        var answers = new List<HttpResponseMessage>();
        foreach (var tenant in new[] { "one", "one", "one", "two" })
            answers.Add(await server.Client.SendAsync(TestCaller.Message(HttpMethod.Get, "/", tenant: tenant)));

        answers.Select(answer => answer.StatusCode).Should().Equal(HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK);
        answers[2].Headers.RetryAfter!.Delta.Should().BePositive();
        var shared = await server.Services.GetRequiredService<IRateLimiter>().PeekAsync(
            new RateLimitDimension("http|ask|tenant=one", RateLimitRule.SlidingWindow(2, TimeSpan.FromMinutes(1))));
        shared.IsGranted.Should().BeFalse("the limiter of the suite holds the count");
    }
}
