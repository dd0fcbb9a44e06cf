using System.Collections.ObjectModel;
using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>What a version of a collection holds: vectors of one model, one dimension and one distance.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record VectorCollectionDefinition
{
    /// <summary>The greatest dimension: 16,000. Backends may index fewer and search exactly above; their docs say from where on.</summary>
    public const int MaxDimension = 16_000;

    /// <summary>The greatest number of <see cref="FilterFields"/>: 16.</summary>
    public const int MaxFilterFields = 16;

    /// <summary>The collection's name, without tenant or version.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Name
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Name));
    }

    /// <summary>The model that makes the vectors. Vectors of another model are never put beside them: they take a new version.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Model
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Model));
    }

    /// <summary>How many components each vector has, 1 to <see cref="MaxDimension"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required int Dimension
    {
        get;
        init => field = PropertyValue.InRange(value, 1, MaxDimension, nameof(Dimension));
    }

    /// <summary>How nearness is measured; <see cref="VectorDistance.Cosine"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public VectorDistance Distance
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Distance));
    }

    /// <summary>
    /// The payload fields that filters often name, with the kind of their values, at most <see cref="MaxFilterFields"/>; none by default. They are
    /// indexed before the first item comes. A filter on another field gives the same answer, slower.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// There are too many, a name is not allowed (<see cref="VectorFields"/>), or a kind is <see cref="VectorValueKind.None"/> or unknown.
    /// </exception>
    public IReadOnlyDictionary<string, VectorValueKind> FilterFields
    {
        get;
        init => field = CopyFilterFields(value, nameof(FilterFields));
    } = ReadOnlyDictionary<string, VectorValueKind>.Empty;

    /// <summary>
    /// Adds the fields to this definition, that of a live version, which another definition names and this one does not. For backends, to
    /// keep the promise of <see cref="IVectorCollections.EnsureAsync"/>.
    /// </summary>
    /// <param name="wanted">The definition that the application gave.</param>
    /// <param name="version">The live version's number, for the message.</param>
    /// <returns>The definition with all fields; this one itself where nothing is to be added.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="wanted"/> is <see langword="null"/>.</exception>
    /// <exception cref="VectorCollectionException">Model, dimension, distance or the kind of a field differ, or there would be too many fields.</exception>
    public VectorCollectionDefinition Merge(VectorCollectionDefinition wanted, int version)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ThrowIfDifferent(wanted, version);
        var fields = new Dictionary<string, VectorValueKind>(FilterFields, StringComparer.Ordinal);
        foreach (var (field, kind) in wanted.FilterFields)
        {
            if (!fields.TryAdd(field, kind) && fields[field] != kind)
            {
                throw Mismatch(version, $"indexes the field '{field}' as {fields[field]}", $"as {kind}");
            }
        }

        if (fields.Count > MaxFilterFields)
        {
            throw new VectorCollectionException(
                Name,
                version,
                $"Version {version} of collection '{Name}' would index {fields.Count} fields with those that are wanted. Keep them to {MaxFilterFields} in all.");
        }

        return fields.Count == FilterFields.Count ? this : this with { FilterFields = fields };
    }

    private static ReadOnlyDictionary<string, VectorValueKind> CopyFilterFields(IReadOnlyDictionary<string, VectorValueKind> fields, string property)
    {
        ArgumentNullException.ThrowIfNull(fields, property);
        if (fields.Count > MaxFilterFields)
        {
            throw new ArgumentException($"{property} has {fields.Count} fields. Give at most {MaxFilterFields}.", property);
        }

        foreach (var (name, kind) in fields)
        {
            VectorFields.ThrowIfInvalidName(name, property);
            if (kind == VectorValueKind.None || !Enum.IsDefined(kind))
            {
                throw new ArgumentException(
                    $"The field '{name}' has no kind that can be stored. Give a named {nameof(VectorValueKind)} other than None.", property);
            }
        }

        return new Dictionary<string, VectorValueKind>(fields, StringComparer.Ordinal).AsReadOnly();
    }

    private void ThrowIfDifferent(VectorCollectionDefinition wanted, int version)
    {
        if (!string.Equals(Model, wanted.Model, StringComparison.Ordinal))
        {
            throw Mismatch(version, $"holds vectors of model '{Model}'", $"'{wanted.Model}'");
        }

        if (Dimension != wanted.Dimension)
        {
            throw Mismatch(version, $"has {Dimension} dimensions", $"{wanted.Dimension}");
        }

        if (Distance != wanted.Distance)
        {
            throw Mismatch(version, $"measures by {Distance}", $"{wanted.Distance}");
        }
    }

    private VectorCollectionException Mismatch(int version, string has, string wanted) => new(
        Name,
        version,
        $"Version {version} of collection '{Name}' {has}, and {wanted} is wanted. Build a new version, validate it and switch to it.");
}
