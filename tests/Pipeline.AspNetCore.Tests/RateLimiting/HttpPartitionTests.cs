using System.Net;
using System.Security.Claims;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Pipeline.Authentication;
using Xunit;

namespace Pipeline.RateLimiting;

public sealed class HttpPartitionTests
{
    [Theory]
    [InlineData("192.0.2.7", "address=192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "address=192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "address=2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff::1", "address=2001:db8:1:2::")]
    [InlineData("2001:db8:1:3:3:4:5:6", "address=2001:db8:1:3::")]
    [InlineData("fe80::1%3", "address=fe80::")]
    public void An_address_counts_by_itself_or_by_its_network(string address, string key) =>
        HttpPartition.Address.KeyOf(Context(address), "").Should().Be(key);

    [Fact]
    public void Where_a_value_is_missing_the_address_stands_in()
    {
        foreach (var partition in new[] { HttpPartition.ApiKey, HttpPartition.Tenant, HttpPartition.User, HttpPartition.By("region", static _ => "") })
            partition.KeyOf(Context(), "p|").Should().Be("p|address=192.0.2.7");
    }

    [Fact]
    public void Claims_of_somebody_who_was_not_authenticated_count_for_nothing()
    {
        var context = Context();
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PipelineClaims.Tenant, "acme")]));

        HttpPartition.Tenant.KeyOf(context, "").Should().Be("address=192.0.2.7");
    }

    [Fact]
    public void Values_are_never_mixed_up()
    {
        var both = HttpPartition.Tenant.And(HttpPartition.User);
        string[] keys =
        [
            both.KeyOf(Caller("a", "b|c"), ""),
            both.KeyOf(Caller("a|b", "c"), ""),
            both.KeyOf(Caller("a", "b"), ""),
            both.KeyOf(Caller("A", "b"), ""),
            HttpPartition.User.KeyOf(Caller("a", "b"), ""),
            HttpPartition.User.KeyOf(Caller(null, "a|b"), ""),
            HttpPartition.Tenant.KeyOf(Caller("#abc", "b"), ""),
            HttpPartition.Tenant.KeyOf(Caller(new string('x', 400), "b"), ""),
            HttpPartition.Tenant.KeyOf(Caller(new string('x', 401), "b"), ""),
            HttpPartition.Tenant.KeyOf(Caller("a\nb", "b"), ""),
            HttpPartition.Tenant.KeyOf(Caller("Ünï", "b"), ""),
            HttpPartition.By("tenant", static _ => "a").KeyOf(Caller("a", "b"), ""),
            HttpPartition.Tenant.KeyOf(Caller("a", "b"), ""),
        ];

        keys.Should().OnlyHaveUniqueItems().And.OnlyContain(key => Backends.StoredName.FindProblem(key) == null);
    }

    [Fact]
    public void Many_long_values_make_a_key_that_can_be_stored()
    {
        var all = HttpPartition.Tenant.And(HttpPartition.User).And(HttpPartition.ApiKey).And(HttpPartition.Address).And(HttpPartition.Everyone);

        var keys = Enumerable.Range(0, 3).Select(last => all.KeyOf(Caller(new string('t', 60), $"{new string('u', 63)}{last}"), "http|policy|")).ToArray();

        keys.Should().OnlyHaveUniqueItems().And.OnlyContain(key => Backends.StoredName.FindProblem(key) == null && key.StartsWith("http|policy|#"));
    }

    [Theory]
    [InlineData("key", true)]
    [InlineData(" Tenant + endpoint ", true)]
    [InlineData("", false)]
    [InlineData("tenant+", false)]
    [InlineData("planet", false)]
    public void Configuration_names_partitions(string text, bool isOne) => (HttpPartition.TryParse(text) is not null).Should().Be(isOne);

    private static DefaultHttpContext Context(string address = "192.0.2.7") => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    private static DefaultHttpContext Caller(string? tenant, string user)
    {
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, user), new(PipelineClaims.KeyName, "key") };
        if (tenant is not null)
            claims.Add(new(PipelineClaims.Tenant, tenant));
        var context = Context();
        context.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
        return context;
    }
}
