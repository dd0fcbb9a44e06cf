using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Abstractions.Tests.State;

public sealed class IdempotencyValueTests
{
    [Theory]
    [InlineData("", "key", "fingerprint", "tenant")]
    [InlineData("acme", "", "fingerprint", "key")]
    [InlineData("acme", "key", "", "fingerprint")]
    [InlineData("acme", "a\nb", "fingerprint", "key")]
    [InlineData("acme", null, "fingerprint", "key")]
    public void A_request_names_a_tenant_a_key_and_a_fingerprint(string tenant, string? key, string fingerprint, string argument)
    {
        var act = () => new IdempotencyRequest(tenant, key!, fingerprint);

        act.Should().Throw<ArgumentException>().WithParameterName(argument);
    }

    [Fact]
    public void A_tenant_and_a_key_fit_one_key_together()
    {
        var act = (string key) => new IdempotencyRequest("acme", key, "fingerprint");

        act(new string('k', 476)).Key.Should().HaveLength(476);
        act.Invoking(make => make(new string('k', 477))).Should().Throw<ArgumentException>().WithParameterName("key").WithMessage("*481 bytes*at most 480*");
        act.Invoking(make => make(new string('/', 159))).Should().Throw<ArgumentException>().WithParameterName("key");
    }

    [Fact]
    public void A_request_is_remembered_for_no_less_than_its_lease()
    {
        var request = new IdempotencyRequest("acme", "key", "a");
        (request.Lease, request.TimeToLive).Should().Be((TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)));
        (request with { Lease = TimeSpan.FromHours(12), TimeToLive = TimeSpan.FromSeconds(1) }).TimeToLive.Should().Be(TimeSpan.FromHours(12));

        Action[] bad =
        [
            () => _ = request with { Lease = TimeSpan.FromMilliseconds(99) }, () => _ = request with { Lease = TimeSpan.FromHours(13) },
            () => _ = request with { TimeToLive = TimeSpan.Zero }, () => _ = request with { TimeToLive = TimeSpan.FromDays(3_651) },
        ];
        foreach (var act in bad)
        {
            act.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void Who_is_to_wait_is_told_how_long()
    {
        var act = () => IdempotencyStart.InProgress(TimeSpan.Zero);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("retryAfter");
        IdempotencyStart.InProgress(TimeSpan.FromSeconds(1)).Should().Match<IdempotencyStart>(start =>
            start.Status == IdempotencyStatus.InProgress && start.RetryAfter == TimeSpan.FromSeconds(1) && start.Lease == null);
    }
}
