using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>What the doctor says of rate limits.</summary>
public sealed class HttpRateLimitCheckTests
{
    [Theory]
    [InlineData("off", null, BackendKind.Memory, "Warning", "RateLimits:Default")]
    [InlineData("100/60", null, BackendKind.Memory, "Warning", "UseRedis")]
    [InlineData("100/60", "off", BackendKind.Redis, "Warning", "RateLimits:Policies:ask")]
    [InlineData("100/60", null, BackendKind.Redis, "Ok", null)]
    public async Task It_says_what_is_unlimited_or_counted_here_alone(string rule, string? ask, BackendKind kind, string status, string? mend)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var server = await HttpRateLimitTests.StartAsync(
            static _ => { },
            HttpRateLimitTests.Rule("ask", 5),
            new Dictionary<string, string?> { ["Http:RateLimits:Default"] = rule, ["Http:RateLimits:Policies:ask"] = ask ?? "5/60" },
            backend.Use);

        var check = server.Services.GetServices<IDoctorCheck>().Single(static check => check.Name == "http.rate-limits");
        var result = await check.CheckAsync();

        result.Status.ToString().Should().Be(status);
        if (mend is not null)
            result.Mend.Should().Contain(mend);
    }
}
