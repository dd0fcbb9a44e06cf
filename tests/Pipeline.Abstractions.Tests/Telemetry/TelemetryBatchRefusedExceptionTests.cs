using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Abstractions.Tests.Telemetry;

public sealed class TelemetryBatchRefusedExceptionTests
{
    [Fact]
    public void It_says_why_and_what_caused_it()
    {
        var cause = new FormatException();

        var exception = new TelemetryBatchRefusedException("A record is too long.", cause);

        exception.Message.Should().Be("A record is too long.");
        exception.InnerException.Should().BeSameAs(cause);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void It_needs_a_reason(string? reason)
    {
        var act = () => new TelemetryBatchRefusedException(reason!);

        act.Should().Throw<ArgumentException>().WithParameterName(nameof(reason));
    }
}
