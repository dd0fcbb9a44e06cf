using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>What the tokens of models cost, at one time.</summary>
/// <remarks>
/// <para>
/// <b>Exact.</b> Every cost is the sum of each kind of token times its price, to the last decimal: nothing is rounded, since a price for a million
/// tokens has at most 6 decimal places and an amount has 12. So costs of parts add up to the cost of their sum.
/// </para>
/// <para>
/// <b>Names.</b> A model is found by its name, without regard to case. One that is not there and ends in a date, <c>-2024-08-06</c> or
/// <c>-20240806</c>, has the prices of its name without the date. There is no other likeness: <c>gpt-4o-mini</c> is not priced as <c>gpt-4o</c>.
/// </para>
/// <para><b>Unknown.</b> A model that is not there has no price, nor has a kind of token without one. It is never guessed.</para>
/// <para>Immutable, hence thread safe. To price allocates nothing.</para>
/// </remarks>
public sealed class PriceTable
{
    private readonly FrozenDictionary<string, ModelPrice> _models;
    private readonly FrozenDictionary<string, ModelPrice>.AlternateLookup<ReadOnlySpan<char>> _byText;

    /// <summary>Makes a table.</summary>
    /// <param name="options">The prices. They are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no version, no model, a model has no price, or a price is out of range; the message says all.</exception>
    public PriceTable(PriceTableOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.IsEmpty)
        {
            throw new ArgumentException("There is no price. Give the table a version, and at least one model its prices.", nameof(options));
        }

        var problems = new OptionProblems("Prices");
        PriceChecks.Check(options, problems, prefix: "");
        if (problems.ToResult() is { Failed: true, FailureMessage: var message })
        {
            throw new ArgumentException(message, nameof(options));
        }

        Version = options.Version;
        Currency = options.Currency;
        _models = options.Models.ToFrozenDictionary(
            model => model.Key, model => new ModelPrice(model.Key, model.Value), StringComparer.OrdinalIgnoreCase);
        _byText = _models.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The name of this state of the prices.</summary>
    public string Version { get; }

    /// <summary>The currency of the prices, an ISO 4217 code.</summary>
    public string Currency { get; }

    /// <summary>The names of the models that have prices, in no order.</summary>
    public IReadOnlyCollection<string> Models => _models.Keys;

    /// <summary>Prices the tokens that a model has used.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="usage">The tokens.</param>
    /// <param name="cost">What they cost, exactly, in <see cref="Currency"/>; 0 where that is not known.</param>
    /// <returns>
    /// Whether that is known: the model has a price for every kind of token that was used, and the cost is no more than
    /// <see cref="TelemetryRecord.MaxCost"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    public bool TryPrice(string model, in TokenUsage usage, out decimal cost)
    {
        ArgumentNullException.ThrowIfNull(model);
        cost = 0;
        return TryFind(model, out var price) && price.TryPrice(usage, out cost);
    }

    /// <summary>Finds the prices of a model.</summary>
    internal bool TryFind(string model, [MaybeNullWhen(false)] out ModelPrice price) =>
        _models.TryGetValue(model, out price) || (LengthWithoutDate(model) is { } length && _byText.TryGetValue(model.AsSpan(0, length), out price));

    private static int? LengthWithoutDate(ReadOnlySpan<char> model)
    {
        const int WithHyphens = 11;
        const int Plain = 9;
        if (model.Length > WithHyphens && model[^WithHyphens] == '-' && model[^6] == '-' && model[^3] == '-'
            && IsDate(model[^10..^6], model[^5..^3], model[^2..]))
        {
            return model.Length - WithHyphens;
        }

        return model.Length > Plain && model[^Plain] == '-' && IsDate(model[^8..^4], model[^4..^2], model[^2..]) ? model.Length - Plain : null;
    }

    private static bool IsDate(ReadOnlySpan<char> year, ReadOnlySpan<char> month, ReadOnlySpan<char> day) =>
        Number(year) is >= 2000 and < 2100 && Number(month) is >= 1 and <= 12 && Number(day) is >= 1 and <= 31;

    private static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return -1;
            }

            number = (number * 10) + (digit - '0');
        }

        return number;
    }
}
