using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Problems;

/// <summary>Row V3: every refusal is a problem, also those of ASP.NET's own that have no body.</summary>
public sealed class BareStatusTests
{
    [Theory]
    [InlineData(400, ProblemCodes.BadRequest)]
    [InlineData(401, ProblemCodes.Unauthorized)]
    [InlineData(403, ProblemCodes.Forbidden)]
    [InlineData(409, ProblemCodes.Conflict)]
    [InlineData(410, "http-410")]
    [InlineData(413, ProblemCodes.BodyTooLarge)]
    [InlineData(429, ProblemCodes.RateLimited)]
    [InlineData(500, ProblemCodes.InternalError)]
    [InlineData(503, ProblemCodes.Overloaded)]
    public async Task A_bare_status_gets_a_problem(int status, string code)
    {
        await using var server = await WebServer.StartAsync(app =>
        {
            app.MapGet("/now", context =>
            {
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            });
            app.MapGet("/later", async context =>
            {
                await Task.Yield();
                context.Response.StatusCode = status;
            });
        });

        foreach (var path in new[] { "/now", "/later" })
        {
            using var response = await server.Client.GetAsync(path);
            ((int)response.StatusCode).Should().Be(status);
            (await response.ReadProblemAsync()).Code.Should().Be(code);
        }
    }

    [Fact]
    public async Task Unknown_paths_and_methods_are_problems_too()
    {
        await using var server = await WebServer.StartAsync(app => app.MapGet("/here", static () => "x"));

        (await (await server.Client.GetAsync("/there")).ReadProblemAsync()).Code.Should().Be(ProblemCodes.NotFound);
        var refusal = await server.Client.DeleteAsync("/here");
        (await refusal.ReadProblemAsync()).Code.Should().Be(ProblemCodes.MethodNotAllowed);
        refusal.Content.Headers.Allow.Should().Equal("GET");
    }

    [Fact]
    public async Task What_has_a_body_or_opted_out_or_is_asked_for_by_HEAD_is_left_alone()
    {
        await using var server = await WebServer.StartAsync(app =>
        {
            app.MapGet("/own", static () => Results.Text("mine", statusCode: 404));
            app.MapGet("/bare", static () => Results.StatusCode(404)).WithBareStatuses();
            app.MapMethods("/head", ["HEAD"], static () => Results.StatusCode(404));
        });

        (await (await server.Client.GetAsync("/own")).Content.ReadAsStringAsync()).Should().Be("mine");
        (await (await server.Client.GetAsync("/bare")).Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        using var head = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/head"));
        head.StatusCode.Should().Be(HttpStatusCode.NotFound);
        head.Content.Headers.ContentType.Should().BeNull();
    }
}
