using Pipeline.Backends;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <content>What the call used and what it costs.</content>
public sealed partial class StepContext
{
    // Reported and not yet priced, by model.
    private List<(string? Model, TokenUsage Usage)>? _unpriced;

    // What the price table says to what was reported, by model.
    private List<ModelCost>? _parts;
    private TokenUsage _usage;
    private decimal _priced;
    private decimal? _ownCost;
    private ValueOrigin? _answeredFrom;
    private bool _isAnswered;
    private bool _hasNoPrice;
    private volatile string? _reportedModel;
    private volatile bool _hasUsage;
    private volatile bool _hasUnpriced;

    /// <summary>The tokens that the call has used so far, in all its attempts.</summary>
    public TokenUsage Usage
    {
        get
        {
            if (!_hasUsage)
            {
                return default;
            }

            lock (_gate)
            {
                return _usage;
            }
        }
    }

    /// <summary>
    /// What the call costs, in the currency of the price table; <see langword="null"/> where that is not known, 0 where a cache answered. The runner
    /// prices what is reported (<c>Telemetry:Prices</c>); a step or stage that knows better sets it, for all that it has used.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is negative, above <see cref="TelemetryRecord.MaxCost"/>, or has more than <see cref="TelemetryRecord.MaxCostDecimals"/> decimal places.
    /// </exception>
    public decimal? Cost
    {
        get => _ownCost ?? (_hasNoPrice ? null : _parts is { Count: > 0 } ? _priced : _isAnswered && !_hasUnpriced ? 0 : null);
        set => _ownCost = value is { } amount ? Amount(amount, nameof(Cost)) : null;
    }

    /// <summary>What the call would have cost had the cache not answered: what the run did that made the answer. Set by a stage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is negative, above <see cref="TelemetryRecord.MaxCost"/>, or has more than <see cref="TelemetryRecord.MaxCostDecimals"/> decimal places.
    /// </exception>
    public decimal CostAvoided
    {
        get;
        set => field = Amount(value, nameof(CostAvoided));
    }

    /// <summary>
    /// The version of the price table behind <see cref="Cost"/>, or behind <see cref="CostAvoided"/> where nothing was spent; <see langword="null"/>
    /// where there is none. Set by a stage.
    /// </summary>
    /// <exception cref="ArgumentException">The value is neither null nor a valid name.</exception>
    public string? PriceTableVersion
    {
        get;
        set => field = Checked(value, nameof(PriceTableVersion));
    }

    /// <summary>Whether the call's usage is known: it was reported, be it as zero.</summary>
    internal bool HasUsage => _hasUsage;

    /// <summary>What the cost is made of; empty where it is not known.</summary>
    internal IReadOnlyList<ModelCost> CostParts =>
        _ownCost is { } own ? [new(Model: null, own)] : _hasNoPrice || _parts is null ? [] : _parts;

    /// <summary>The model behind <see cref="CostAvoided"/>, or <see langword="null"/>.</summary>
    internal string? ModelAvoided => _answeredFrom?.Model;

    /// <summary>Adds tokens that the call has used. May be called several times, also for attempts that fail.</summary>
    /// <param name="usage">The tokens. They are priced as those of <see cref="Model"/>.</param>
    /// <exception cref="OverflowException">A sum is above <see cref="long.MaxValue"/>.</exception>
    public void ReportUsage(in TokenUsage usage) => ReportUsage(usage, model: null);

    /// <summary>Adds tokens that a certain model has used for the call. May be called several times, also for attempts that fail.</summary>
    /// <param name="usage">The tokens.</param>
    /// <param name="model">The model that they are priced as, 1 to 512 bytes of UTF-8; <see langword="null"/> for <see cref="Model"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> is neither null nor a valid name.</exception>
    /// <exception cref="OverflowException">A sum is above <see cref="long.MaxValue"/>.</exception>
    public void ReportUsage(in TokenUsage usage, string? model)
    {
        Checked(model, nameof(model));
        lock (_gate)
        {
            _usage += usage;
            _reportedModel = model ?? _reportedModel;
            AddUnpriced(model, usage);
            _hasUsage = true;
        }
    }

    /// <summary>Prices what was reported and is not priced yet, unless the step said itself what it costs. May be called several times.</summary>
    internal void Settle(UsageMeter meter)
    {
        if (!_hasUnpriced || meter.Prices is not { } prices)
        {
            return;
        }

        (string? Model, TokenUsage Usage)[] reports;
        lock (_gate)
        {
            reports = [.. _unpriced!];
            _unpriced!.Clear();
            _hasUnpriced = false;
        }

        if (_ownCost is not null)
        {
            return;
        }

        foreach (var (model, usage) in reports)
        {
            if (meter.TryPrice(StepName, model ?? Model, usage, out var part))
            {
                AddPart(part);
            }
            else
            {
                _hasNoPrice = true;
            }
        }

        PriceTableVersion = prices.Version;
    }

    /// <summary>Notes that a cache gave the answer, and what was spent on it when it was made.</summary>
    /// <param name="origin">What it took to make the answer; <see langword="null"/> where that is not known.</param>
    internal void Avoid(ValueOrigin? origin)
    {
        _isAnswered = true;
        _answeredFrom = origin;
        CostAvoided = origin?.Cost ?? 0;
        if (origin is not null)
        {
            Model ??= origin.Model;
            PriceTableVersion ??= origin.PriceTableVersion;
        }
    }

    /// <summary>What it took to make the answer, or, where a cache gave it, what it took then; <see langword="null"/> where nothing is known.</summary>
    internal ValueOrigin? ToOrigin()
    {
        if (_isAnswered)
        {
            return _answeredFrom;
        }

        return HasUsage || Cost is not null
            ? new ValueOrigin { Usage = Usage, Model = Model, Cost = Cost, PriceTableVersion = PriceTableVersion }
            : null;
    }

    private static decimal Amount(decimal value, string property)
    {
        if (value is < 0 or > TelemetryRecord.MaxCost)
        {
            throw new ArgumentOutOfRangeException(property, value, $"Give an amount from 0 to {TelemetryRecord.MaxCost}.");
        }

        return value.Scale <= TelemetryRecord.MaxCostDecimals || decimal.Round(value, TelemetryRecord.MaxCostDecimals) == value
            ? value
            : throw new ArgumentOutOfRangeException(
                property, value, $"The amount has more than {TelemetryRecord.MaxCostDecimals} decimal places. Round it to {TelemetryRecord.MaxCostDecimals}.");
    }

    private void AdoptAccounts(StepContext run)
    {
        CostAvoided = run.CostAvoided;
        PriceTableVersion = run.PriceTableVersion ?? PriceTableVersion;
        _isAnswered |= run._isAnswered;
        _answeredFrom = run._answeredFrom ?? _answeredFrom;
        _hasNoPrice |= run._hasNoPrice;
        foreach (var part in run.CostParts)
        {
            AddPart(part);
        }

        lock (run._gate)
        {
            lock (_gate)
            {
                _usage += run._usage;
                _hasUsage |= run._hasUsage;
                foreach (var (model, usage) in run._unpriced ?? [])
                {
                    AddUnpriced(model, usage);
                }
            }
        }
    }

    private void AddUnpriced(string? model, in TokenUsage usage)
    {
        _unpriced ??= [];
        _hasUnpriced = true;
        for (var i = 0; i < _unpriced.Count; i++)
        {
            if (string.Equals(_unpriced[i].Model, model, StringComparison.Ordinal))
            {
                _unpriced[i] = (model, _unpriced[i].Usage + usage);
                return;
            }
        }

        _unpriced.Add((model, usage));
    }

    private void AddPart(in ModelCost part)
    {
        if (_priced + part.Cost > TelemetryRecord.MaxCost)
        {
            _hasNoPrice = true;
            return;
        }

        _priced += part.Cost;
        _parts ??= [];
        for (var i = 0; i < _parts.Count; i++)
        {
            if (string.Equals(_parts[i].Model, part.Model, StringComparison.Ordinal))
            {
                _parts[i] = part with { Cost = _parts[i].Cost + part.Cost };
                return;
            }
        }

        _parts.Add(part);
    }

    private void ClearAccounts()
    {
        _ownCost = null;
        CostAvoided = 0;
        PriceTableVersion = null;
        _answeredFrom = null;
        _isAnswered = false;
        if (_hasUsage || _parts is { Count: > 0 } || _hasNoPrice)
        {
            _usage = default;
            _unpriced?.Clear();
            _parts?.Clear();
            _priced = 0;
            _hasNoPrice = false;
            _reportedModel = null;
            _hasUsage = false;
            _hasUnpriced = false;
        }
    }
}
