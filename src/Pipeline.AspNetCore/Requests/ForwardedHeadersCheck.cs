using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.Requests;

/// <summary>Whether callers can forge their addresses.</summary>
internal sealed class ForwardedHeadersCheck(IOptions<TrustedProxyOptions> options, IServiceProvider services) : IDoctorCheck
{
    // ASP.NET's own switch, which believes everybody.
    private const string Switch = "FORWARDEDHEADERS_ENABLED";
    private const int ShortestPrefix4 = 8;
    private const int ShortestPrefix6 = 16;

    public string Name => "http.forwarded-headers";

    public bool UsesNetwork => false;

    public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default)
    {
        TrustedProxyOptions trusted;
        try
        {
            trusted = options.Value;
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            return new(DoctorResult.Error(exception.Message, "Correct the settings that the message names."));
        }

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

        return new(findings.ToResult(trusted.IsConfigured
            ? $"Forwarded headers are believed from {trusted.KnownProxies.Count} proxies and {trusted.KnownNetworks.Count} networks."
            : "Forwarded headers are ignored: a caller's address is that of its connection."));
    }

    private static bool IsWide(string text) => IPNetwork.Parse(text) is var network
        && network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? ShortestPrefix4 : ShortestPrefix6);
}
