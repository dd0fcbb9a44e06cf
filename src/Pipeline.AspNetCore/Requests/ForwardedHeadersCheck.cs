using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Requests;

/// <summary>Whether callers can forge their addresses.</summary>
internal sealed class ForwardedHeadersCheck(IOptions<TrustedProxyOptions> options, IServiceProvider services) : EdgeDoctorCheck("http.forwarded-headers")
{
    // ASP.NET's own switch, which believes everybody.
    private const string Switch = "FORWARDEDHEADERS_ENABLED";
    private const int ShortestPrefix4 = 8;
    private const int ShortestPrefix6 = 16;

    protected override DoctorResult Look()
    {
        var trusted = options.Value;
        var findings = new DoctorFindings();
        if (string.Equals(services.GetService<IConfiguration>()?[Switch], "true", StringComparison.OrdinalIgnoreCase))
        {
            findings.Fail(
                $"ASPNETCORE_{Switch} is true: every caller may say which address it has, and so evade limits and bans.",
                "Remove it, and name the proxies in ForwardedHeaders:KnownProxies or KnownNetworks of the edge's section.");
        }

        foreach (var network in trusted.KnownNetworks.Where(IsWide))
        {
            findings.Warn(
                $"ForwardedHeaders:KnownNetworks has {network}, and believes every machine in it.", "Name the network of the proxies alone.");
        }

        return findings.ToResult(trusted.IsConfigured
            ? $"Forwarded headers are believed from {trusted.KnownProxies.Count} proxies and {trusted.KnownNetworks.Count} networks."
            : "Forwarded headers are ignored: a caller's address is that of its connection.");
    }

    private static bool IsWide(string text) => IPNetwork.Parse(text) is var network
        && network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? ShortestPrefix4 : ShortestPrefix6);
}
