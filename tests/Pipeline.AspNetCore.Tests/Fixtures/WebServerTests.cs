using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pipeline.Problems;
using Xunit;

namespace Pipeline.Fixtures;

public sealed class WebServerTests
{
    [Fact]
    public async Task A_problem_reaches_the_client_as_problem_json()
    {
        await using var server = await WebServer.StartAsync(app => app.Run(static context => context.WriteProblemAsync(
            new HttpProblem(StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, "Too many", "Wait.") { RetryAfter = TimeSpan.FromSeconds(1.2) })));

        var response = await server.Client.GetAsync("/");

        response.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(2));
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"rate-limited\"").And.Contain("\"status\":429").And.Contain("\"requestId\":\"");
    }
}
