using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.Requests;

/// <summary>Row V9: what the doctor says of requests, order and administration, before anything is started.</summary>
public sealed class EdgeCheckTests
{
    [Fact]
    public async Task What_is_as_it_should_be_is_well()
    {
        var found = await LookAsync(
            static app =>
            {
                app.UsePipeline();
                app.MapPipelineAdmin(policy: "ops");
            },
            ("Http:SecurityHeaders:Enabled", "true"),
            ("Http:ForwardedHeaders:KnownNetworks:0", "10.0.0.0/8"));

        found.Should().OnlyContain(static row => row.Result.Status == DoctorStatus.Ok);
        found.Select(static row => row.Name).Should().Equal("http.admin", "http.forwarded-headers", "http.pipeline-order", "http.security-headers");
        found[0].Result.Summary.Should().Contain("its policy names");
        found[1].Result.Summary.Should().Contain("1 networks");
    }

    [Fact]
    public async Task An_edge_that_is_not_used_is_told()
    {
        var found = await LookAsync(static _ => { });

        Of(found, "http.pipeline-order").Should().Be((DoctorStatus.Warning, true));
        Of(found, "http.security-headers").Should().Be((DoctorStatus.Warning, true));
        Of(found, "http.forwarded-headers").Should().Be((DoctorStatus.Ok, false));
    }

    [Fact]
    public async Task Middleware_that_comes_before_the_edge_is_an_error()
    {
        var found = await LookAsync(static app =>
        {
            app.UseRouting();
            app.UseAuthorization();
            app.UsePipeline();
        });

        found.Single(static row => row.Name == "http.pipeline-order").Result.Summary.Should().StartWith("UseRouting() and UseAuthorization() came before");
    }

    [Theory]
    [InlineData("FORWARDEDHEADERS_ENABLED", "true", DoctorStatus.Error)]
    [InlineData("Http:ForwardedHeaders:KnownNetworks:0", "0.0.0.0/4", DoctorStatus.Warning)]
    [InlineData("Http:ForwardedHeaders:KnownNetworks:0", "2000::/3", DoctorStatus.Warning)]
    [InlineData("Http:ForwardedHeaders:KnownProxies:0", "nowhere", DoctorStatus.Error)]
    [InlineData("Http:ForwardedHeaders:ForwardLimit", "many", DoctorStatus.Error)]
    public async Task Proxies_that_are_believed_too_easily_are_told(string setting, string value, DoctorStatus status)
    {
        var found = await LookAsync(static app => app.UsePipeline(), (setting, value));

        Of(found, "http.forwarded-headers").Should().Be((status, true));
    }

    [Theory]
    [InlineData("3651.00:00:00")]
    [InlineData("forever")]
    public async Task Security_headers_that_are_configured_wrongly_are_an_error(string age)
    {
        var found = await LookAsync(static app => app.UsePipeline(), ("Http:SecurityHeaders:HstsMaxAge", age));

        Of(found, "http.security-headers").Should().Be((DoctorStatus.Error, true));
    }

    [Fact]
    public async Task An_open_administration_is_an_error()
    {
        var found = await LookAsync(static app => app.MapPipelineAdmin());

        Of(found, "http.admin").Should().Be((DoctorStatus.Error, true));
    }

    private static (DoctorStatus Status, bool HasMend) Of(IReadOnlyList<DoctorReportRow> rows, string name) =>
        rows.Single(row => row.Name == name).Result is var result ? (result.Status, result.Mend is not null) : default;

    private static async Task<IReadOnlyList<DoctorReportRow>> LookAsync(Action<WebApplication> map, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(static setting => setting.Name, static setting => (string?)setting.Value));
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddAuthorization(static options => options.AddPolicy("ops", static policy => policy.RequireClaim("ops")));
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp(builder.Configuration.GetSection("Http"));
        await using var app = builder.Build();
        map(app);
        var options = new DoctorRunOptions { Only = ["http.admin", "http.forwarded-headers", "http.pipeline-order", "http.security-headers"] };
        return (await app.Services.GetRequiredService<Doctor>().RunAsync(options)).Rows;
    }
}
