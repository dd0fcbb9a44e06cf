using System.Net;
using System.Net.Sockets;

namespace Pipeline.Authentication;

/// <summary>Networks in CIDR notation, and whether an address is in one.</summary>
internal static class ClientNetworks
{
    private const int MappedPrefixBits = 96;

    /// <summary>Reads a network, or a single address as the network of that address alone.</summary>
    public static bool TryParse(string? text, out IPNetwork network)
    {
        if (text is not null && !text.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address))
        {
            var single = Plain(address);
            network = new IPNetwork(single, single.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
            return true;
        }

        // 10.0.0.1/8 is read as 10.0.0.0/8, but may have been meant as 10.0.0.1.
        if (!IPNetwork.TryParse(text, out network)
            || !IPAddress.TryParse(text.AsSpan(0, text!.IndexOf('/', StringComparison.Ordinal)), out var start)
            || !start.Equals(network.BaseAddress))
        {
            return false;
        }

        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefixBits)
        {
            network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefixBits);
        }

        return true;
    }

    /// <summary>Whether an address is in one of the networks. An unknown address is in none.</summary>
    public static bool Contain(IPNetwork[] networks, IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = Plain(address);
        foreach (var network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An IPv4 address is one, also where a dual-stack socket shows it as IPv6.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
