using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>Prices what the calls of a suite use, and counts what it cannot price. Thread safe.</summary>
/// <param name="prices">The prices; <see langword="null"/> for a suite without any.</param>
/// <param name="diagnostics">Counts usage without a price.</param>
/// <param name="log">Names the model, once.</param>
internal sealed class UsageMeter(PriceTable? prices, PipelineDiagnostics diagnostics, ILogger log)
{
    // Models can come from input, so not every one is kept in mind.
    private const int MostNamed = 100;

    private readonly ConcurrentDictionary<string, bool> _named = new(StringComparer.OrdinalIgnoreCase);
    private volatile bool _hasClients;

    public PriceTable? Prices => prices;

    /// <summary>Whether there is a client that looks for the step's run that it is called in.</summary>
    public bool HasClients => _hasClients;

    public void AddClient() => _hasClients = true;

    /// <summary>Prices tokens, or counts that they have no price. Only for a suite with prices.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="model">The model; <see langword="null"/> where nobody knows.</param>
    /// <param name="usage">The tokens.</param>
    /// <param name="cost">What they cost.</param>
    /// <returns>Whether that is known.</returns>
    public bool TryPrice(string step, string? model, in TokenUsage usage, out ModelCost cost)
    {
        if (usage == default)
        {
            cost = default;
            return true;
        }

        if (model is not null && prices!.TryFind(model, out var price) && price.TryPrice(usage, out var amount))
        {
            cost = new(price.Name, amount);
            return true;
        }

        cost = default;
        diagnostics.CountUnpriced(step);
        var name = model ?? "(none)";
        if (_named.Count < MostNamed && _named.TryAdd(name, true))
        {
            Log.UsageUnpriced(log, step, name, prices!.Version);
        }

        return false;
    }
}
