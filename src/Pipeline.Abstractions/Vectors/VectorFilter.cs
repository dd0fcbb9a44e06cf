namespace Pipeline.Vectors;

/// <summary>Which items a call concerns, by their payloads. A closed set of six kinds: a backend that translates them has them all.</summary>
/// <remarks>
/// <para>
/// <c>VectorFilter.All(VectorFilter.EqualTo("lang", "en"), VectorFilter.Not(VectorFilter.EqualTo("draft", true)))</c>.
/// Immutable, hence thread safe.
/// </para>
/// <para>
/// Logic has two values: a condition on a field that the payload lacks, or that is of another kind, is false, and its negation true. Texts
/// compare ordinally. <see cref="Matches"/> is the meaning of a filter; every backend answers alike.
/// </para>
/// </remarks>
public abstract class VectorFilter
{
    /// <summary>The greatest number of conditions and operators in one filter: 256.</summary>
    public const int MaxSize = 256;

    /// <summary>The greatest depth of nested operators: 16.</summary>
    public const int MaxDepth = 16;

    /// <summary>The greatest number of values of one <see cref="VectorAnyOf"/>: 1,000.</summary>
    public const int MaxValues = 1000;

    private protected VectorFilter(int size, int depth)
    {
        Size = size;
        Depth = depth;
    }

    internal int Size { get; }

    internal int Depth { get; }

    /// <summary>The field has this value.</summary>
    /// <param name="field">The field's name (<see cref="VectorFields"/>).</param>
    /// <param name="value">A text, a whole number or a truth value. A floating-point number is compared by <see cref="Between"/>.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException"><paramref name="field"/> is not a field's name, or <paramref name="value"/> is of another kind.</exception>
    public static VectorFilter EqualTo(string field, VectorValue value) => new VectorEquals(field, value);

    /// <summary>The field has one of these values.</summary>
    /// <param name="field">The field's name (<see cref="VectorFields"/>).</param>
    /// <param name="values">1 to <see cref="MaxValues"/> values, all texts or all whole numbers.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="field"/> is not a field's name, or there are no values, too many, or such of another kind or of different kinds.
    /// </exception>
    public static VectorFilter AnyOf(string field, params IEnumerable<VectorValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new VectorAnyOf(field, [.. values]);
    }

    /// <summary>The field is a number, whole or not, in this range.</summary>
    /// <param name="field">The field's name (<see cref="VectorFields"/>).</param>
    /// <param name="min">The least value, inclusive; <see langword="null"/> for none.</param>
    /// <param name="max">The greatest value, inclusive; <see langword="null"/> for none.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="field"/> is not a field's name, both bounds are missing, one is NaN or infinite, or they are the wrong way round.
    /// </exception>
    public static VectorFilter Between(string field, double? min = null, double? max = null) => new VectorRange(field, min, max);

    /// <summary>All of the conditions are fulfilled.</summary>
    /// <param name="filters">The conditions, one or more.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException">There are no conditions, one is null, or the filter would be too large or too deep.</exception>
    public static VectorFilter All(params IEnumerable<VectorFilter> filters) => Bounded(new VectorAnd(Operands(filters)), nameof(filters));

    /// <summary>At least one of the conditions is fulfilled.</summary>
    /// <param name="filters">The conditions, one or more.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException">There are no conditions, one is null, or the filter would be too large or too deep.</exception>
    public static VectorFilter Any(params IEnumerable<VectorFilter> filters) => Bounded(new VectorOr(Operands(filters)), nameof(filters));

    /// <summary>The condition is not fulfilled.</summary>
    /// <param name="filter">The condition.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException"><paramref name="filter"/> is null, or the filter would be too large or too deep.</exception>
    public static VectorFilter Not(VectorFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Bounded(new VectorNot(filter), nameof(filter));
    }

    /// <summary>Decides whether a payload fulfils the filter.</summary>
    /// <param name="payload">The payload.</param>
    /// <returns>Whether it does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="payload"/> is <see langword="null"/>.</exception>
    public bool Matches(IReadOnlyDictionary<string, VectorValue> payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return IsFulfilledBy(payload);
    }

    internal abstract bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload);

    private static VectorFilter[] Operands(IEnumerable<VectorFilter> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        VectorFilter[] operands = [.. filters];
        if (operands.Length == 0 || Array.Exists(operands, static operand => operand is null))
        {
            throw new ArgumentException("There is no condition, or one is null. Give one condition or more.", nameof(filters));
        }

        return operands;
    }

    private static VectorFilter Bounded(VectorFilter filter, string argument) =>
        filter.Size <= MaxSize && filter.Depth <= MaxDepth
            ? filter
            : throw new ArgumentException(
                $"The filter has {filter.Size} parts, {filter.Depth} deep. "
                + $"Give at most {MaxSize} parts, at most {MaxDepth} deep; for many values of one field use {nameof(AnyOf)}.",
                argument);
}
