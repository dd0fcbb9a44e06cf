using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Pipeline.Metrics;

/// <summary>Tells internal requests from others.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class InternalGate(IOptions<InternalOptions> options)
{
    private readonly int? _port = options.Value.Port;
    private readonly IPNetwork[] _networks = [.. options.Value.Networks.Select(IPNetwork.Parse)];

    /// <summary>Whether the host has said what is internal.</summary>
    public bool IsConfigured => _port is not null || _networks.Length > 0;

    /// <param name="request">The request.</param>
    /// <param name="unlessConfigured">What goes where the host has not said what is internal: everything, or this machine.</param>
    public bool Admits(HttpContext request, InternalAccess unlessConfigured)
    {
        if (!IsConfigured)
        {
            return unlessConfigured == InternalAccess.Everybody || IsFrom(request, IsLoopback);
        }

        return (_port is null || request.Connection.LocalPort == _port) && (_networks.Length == 0 || IsFrom(request, IsInNetworks));
    }

    // What is left of the header after the known proxies were taken off it came from somebody unknown: the peer forwards for others.
    private static bool IsFrom(HttpContext request, Func<IPAddress, bool> isInternal) =>
        request.Connection.RemoteIpAddress is { } address
        && !request.Request.Headers.ContainsKey("X-Forwarded-For")
        && !request.Request.Headers.ContainsKey("Forwarded")
        && isInternal(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address);

    private bool IsInNetworks(IPAddress address)
    {
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
