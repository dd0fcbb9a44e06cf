using System.Net;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Requests;

/// <summary>Checks <see cref="TrustedProxyOptions"/> at start.</summary>
internal sealed class TrustedProxyOptionsValidator : IValidateOptions<TrustedProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, TrustedProxyOptions options)
    {
        var problems = new OptionProblems("ForwardedHeaders");
        foreach (var proxy in options.KnownProxies)
        {
            problems.Require(
                IPAddress.TryParse(proxy, out _), $"{nameof(options.KnownProxies)}: '{proxy}' is no address. Give one such as 10.0.0.7 or fd00::7.");
        }

        foreach (var network in options.KnownNetworks)
        {
            problems.Require(
                IPNetwork.TryParse(network, out var parsed),
                $"{nameof(options.KnownNetworks)}: '{network}' is no network. Give its first address and the length of its prefix, such as 10.0.0.0/8.");
            problems.Require(
                parsed.PrefixLength > 0 || !IPNetwork.TryParse(network, out _),
                $"{nameof(options.KnownNetworks)}: '{network}' is every address there is, and so would let every caller forge its own. Name the proxies' network.");
        }

        problems.Range(options.ForwardLimit, 1, 16, nameof(options.ForwardLimit));
        return problems.ToResult();
    }
}
