using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>Row V9 (open endpoints): the doctor finds them before anything is started.</summary>
public sealed class OpenEndpointsTests
{
    private static readonly RequestDelegate Answer = static context => context.Response.WriteAsync("");

    [Fact]
    public async Task An_endpoint_that_says_nothing_of_its_callers_is_told_of_before_the_start()
    {
        var result = await LookAsync(static app =>
        {
            app.MapGet("/said-nothing", Answer);
            app.MapGroup("/group").MapGet("/said-nothing-either", Answer);
            app.MapGet("/allowed", Answer).AllowAnonymous();
            app.MapGroup("/closed").RequireAuthorization().MapGet("/by-its-group", Answer);
        });

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("GET /said-nothing").And.Contain("GET /group/said-nothing-either").And.NotContain("/allowed").And.NotContain("/closed");
    }

    [Fact]
    public async Task Endpoints_that_all_say_who_may_call_them_are_well()
    {
        var result = await LookAsync(static app =>
        {
            app.MapPipelineHealth();
            app.MapPipelineMetrics();
            app.MapGet("/me", Answer).RequireScope("read");
        });

        result.Status.Should().Be(DoctorStatus.Ok, result.Summary);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_made_is_an_error_of_its_own()
    {
        var result = await LookAsync(static app => app.MapGet("/broken", Answer)
            .Add(static _ => throw new InvalidOperationException("The endpoint is broken.")));

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain("The endpoint is broken.");
        result.Mend.Should().NotContain("http.api-keys");
    }

    private static async Task<DoctorResult> LookAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp();
        builder.Services.AddAuthentication().AddPipelineApiKeys();
        await using var app = builder.Build();
        app.UsePipeline();
        map(app);
        return await app.Services.GetServices<IDoctorCheck>().Single(static check => check.Name == "http.open-endpoints").CheckAsync();
    }
}
