using System.Net;
using FluentAssertions;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>Q9: keys that may be used from some networks only.</summary>
public sealed class ApiKeyNetworkTests
{
    [Theory]
    [InlineData("127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("::ffff:127.0.0.0/104", HttpStatusCode.OK)]
    [InlineData("127.0.0.2", HttpStatusCode.Forbidden)]
    [InlineData("10.0.0.0/8", HttpStatusCode.Forbidden)]
    [InlineData("::/0", HttpStatusCode.Forbidden)]
    public async Task A_key_is_taken_from_its_networks_only(string network, HttpStatusCode expected)
    {
        await using var server = await StartAsync(network);

        using var response = await server.GetAsync("/me", bearer: ApiKeyServer.Key);

        response.StatusCode.Should().Be(expected);
        if (expected == HttpStatusCode.Forbidden)
            (await response.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"forbidden\"").And.Contain("address");
    }

    [Fact]
    public async Task A_header_that_no_configured_proxy_has_sent_changes_nothing()
    {
        await using var server = await StartAsync("10.0.0.0/8");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add("X-API-Key", ApiKeyServer.Key);
        request.Headers.Add("X-Forwarded-For", "10.0.0.7");

        using var response = await server.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.0.0.0", false)]
    [InlineData("2001:db8:1::7", true)]
    [InlineData("2001:db9::", false)]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    public void An_address_of_version_4_is_one_also_where_a_socket_shows_it_as_version_6(string address, bool isIn)
    {
        IPNetwork[] networks = [Parse("::ffff:10.0.0.0/104"), Parse("2001:db8::/32"), Parse("192.0.2.7")];

        ClientNetworks.Contain(networks, IPAddress.Parse(address)).Should().Be(isIn);
    }

    [Fact]
    public void An_unknown_address_is_in_no_network() => ClientNetworks.Contain([IPNetwork.Parse("0.0.0.0/0")], address: null).Should().BeFalse();

    private static IPNetwork Parse(string text)
    {
        ClientNetworks.TryParse(text, out var network).Should().BeTrue();
        return network;
    }

    private static Task<Fixtures.WebServer> StartAsync(string network) => ApiKeyServer.StartAsync(settings: new Dictionary<string, string?>
    {
        ["List:0:Name"] = "partner",
        ["List:0:Key"] = ApiKeyServer.Key,
        ["List:0:AllowedNetworks:0"] = network,
    });
}
