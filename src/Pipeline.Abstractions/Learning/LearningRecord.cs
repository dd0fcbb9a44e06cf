using System.Collections.ObjectModel;
using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>What is learned from one run: what was found, and what was decided or tried. Whether it helped is reported later.</summary>
/// <remarks>
/// Immutable, hence thread safe. Two records are the same learning where <see cref="LearningId.Of"/> gives the same id; equality as such compares
/// lists by reference.
/// </remarks>
public sealed record LearningRecord
{
    /// <summary>The collection that a learning belongs to unless it names another: <c>default</c>.</summary>
    public const string DefaultCollection = "default";

    /// <summary>The greatest length of a finding, in characters: 32,768.</summary>
    public const int MaxFindingLength = 32_768;

    /// <summary>The greatest number of interventions: 32.</summary>
    public const int MaxInterventions = 32;

    /// <summary>The greatest number of attributes: 32.</summary>
    public const int MaxAttributes = 32;

    /// <summary>The tenant that the learning belongs to. No other ever sees it.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Tenant
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Tenant));
    }

    /// <summary>The run that it was learned from, the same when the run is repeated: a request's or a message's id, for instance.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string RunId
    {
        get;
        init => field = PropertyValue.Name(value, nameof(RunId));
    }

    /// <summary>The collection; <see cref="DefaultCollection"/> by default.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public string Collection
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Collection));
    } = DefaultCollection;

    /// <summary>The step that ran.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Step
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Step));
    }

    /// <summary>The agent that ran it, or <see langword="null"/>.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Agent
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Agent));
    }

    /// <summary>How much it matters; <see cref="LearningSeverity.Info"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public LearningSeverity Severity
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Severity));
    }

    /// <summary>What was found, as a text: 1 to <see cref="MaxFindingLength"/> characters, not only white space.</summary>
    /// <exception cref="ArgumentException">The value is null, blank, too long, or holds U+0000 or half a surrogate pair.</exception>
    public required string Finding
    {
        get;
        init => field = PropertyValue.NonBlankText(value, MaxFindingLength, nameof(Finding));
    }

    /// <summary>
    /// What was decided or tried, as short stable names (<c>raise-timeout</c>) by which outcomes are counted. At most
    /// <see cref="MaxInterventions"/>, each once; copied; empty by default.
    /// </summary>
    /// <exception cref="ArgumentException">There are too many, one is not a name (<see cref="StoredName"/>), or one occurs twice.</exception>
    public IReadOnlyList<string> Interventions
    {
        get;
        init => field = CopyInterventions(value, nameof(Interventions));
    } = [];

    /// <summary>
    /// What else is worth knowing, for filters: at most <see cref="MaxAttributes"/>, names and values each a name (<see cref="StoredName"/>); copied;
    /// empty by default.
    /// </summary>
    /// <exception cref="ArgumentException">There are too many, or a name or a value is not allowed.</exception>
    public IReadOnlyDictionary<string, string> Attributes
    {
        get;
        init => field = LearningAttributes.Copy(value, nameof(Attributes));
    } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The embedding of <see cref="Finding"/>, or <see langword="null"/>; always null in what is read back.</summary>
    public LearningEmbedding? Embedding { get; init; }

    /// <summary>When the run was, in UTC and to the microsecond: what is finer is cut off, since not every store keeps it.</summary>
    public required DateTimeOffset Created
    {
        get;
        init => field = PropertyValue.Time(value);
    }

    /// <summary>From when on the learning is no longer seen, to the microsecond; <see langword="null"/>, the default, for never.</summary>
    public DateTimeOffset? ValidUntil
    {
        get;
        init => field = value is { } time ? PropertyValue.Time(time) : null;
    }

    /// <summary>Names the run and the step only: a finding can hold what is private.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"Learning of run {RunId}, step {Step}";

    private static ReadOnlyCollection<string> CopyInterventions(IReadOnlyList<string> interventions, string property)
    {
        ArgumentNullException.ThrowIfNull(interventions, property);
        if (interventions.Count > MaxInterventions)
        {
            throw new ArgumentException($"{property} has {interventions.Count} entries. Give at most {MaxInterventions}.", property);
        }

        var copy = interventions.ToArray();
        foreach (var intervention in copy)
        {
            StoredName.ThrowIfInvalid(intervention, property);
        }

        return copy.Distinct(StringComparer.Ordinal).Count() == copy.Length
            ? Array.AsReadOnly(copy)
            : throw new ArgumentException($"{property} names an intervention twice. Name each once.", property);
    }
}
