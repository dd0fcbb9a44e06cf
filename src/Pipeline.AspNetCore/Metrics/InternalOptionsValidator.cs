using System.Net;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Metrics;

/// <summary>Checks <see cref="InternalOptions"/> at start.</summary>
internal sealed class InternalOptionsValidator : IValidateOptions<InternalOptions>
{
    public ValidateOptionsResult Validate(string? name, InternalOptions options)
    {
        var problems = new OptionProblems("Internal");
        if (options.Port is { } port)
        {
            problems.Range(port, 1, IPEndPoint.MaxPort, nameof(options.Port));
        }

        problems.Require(options.Networks is not null, $"{nameof(options.Networks)} is null. Leave it empty, or give networks such as 10.0.0.0/8.");
        foreach (var network in options.Networks ?? [])
        {
            problems.Require(
                IPNetwork.TryParse(network, out _),
                $"{nameof(options.Networks)} has '{network}'. Give a network with its length, such as 10.0.0.0/8.");
        }

        return problems.ToResult();
    }
}
