using FluentAssertions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.RequestLimits;

/// <summary>What the doctor says of limits of bodies, and of deadlines.</summary>
public sealed class RequestLimitCheckTests
{
    [Fact]
    public async Task Usual_limits_are_all_right() =>
        (await new BodyLimitCheck(Options.Create(new BodyLimitOptions())).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);

    [Theory]
    [InlineData(200L * 1024 * 1024, 64, "*BodyLimits:MaxBytes*WithBodyLimit*")]
    [InlineData(1000, 65, "*BodyLimits:MaxDepth to 64*WithJsonLimits*")]
    public async Task Limits_that_protect_little_are_warned_of(long maxBytes, int maxDepth, string mend)
    {
        var result = await new BodyLimitCheck(Options.Create(new BodyLimitOptions { MaxBytes = maxBytes, MaxDepth = maxDepth })).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Mend.Should().Match(mend);
    }

    [Theory]
    [InlineData(20, 25, 30, DoctorStatus.Ok, null)]
    [InlineData(120, 25, 30, DoctorStatus.Warning, "*ShutdownTimeout to 00:02:00*")]
    [InlineData(20, 300, 30, DoctorStatus.Warning, "*ShutdownTimeout to 00:05:00*")]
    [InlineData(null, 25, 30, DoctorStatus.Warning, "*Deadlines:Default to 120*")]
    public async Task A_deadline_beyond_the_time_to_stop_is_warned_of(int? seconds, int modelSeconds, int shutdownSeconds, DoctorStatus status, string? mend)
    {
        var options = new DeadlineOptions { Default = seconds is { } s ? TimeSpan.FromSeconds(s) : null, Models = { ["m:1"] = TimeSpan.FromSeconds(modelSeconds) } };

        var result = await new DeadlineCheck(
            Options.Create(options), Options.Create(new HostOptions { ShutdownTimeout = TimeSpan.FromSeconds(shutdownSeconds) })).CheckAsync();

        result.Status.Should().Be(status);
        if (mend is not null)
            result.Mend.Should().Match(mend);
    }
}
