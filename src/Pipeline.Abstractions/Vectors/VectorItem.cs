using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>A vector with its id and payload, as it is stored.</summary>
/// <remarks>Immutable, hence thread safe, as long as the memory behind <see cref="Vector"/> is left alone.</remarks>
public sealed record VectorItem
{
    /// <summary>Identifies the item within its collection, version and tenant.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Id
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Id));
    }

    /// <summary>The vector: as many components as its collection has dimensions, all finite. The memory is not copied here.</summary>
    /// <exception cref="ArgumentException">The value is empty, too long, or holds NaN or infinity.</exception>
    public required ReadOnlyMemory<float> Vector
    {
        get;
        init => field = PropertyValue.Vector(value, VectorCollectionDefinition.MaxDimension, nameof(Vector));
    }

    /// <summary>Named values, for filters and for the reader: see <see cref="VectorFields"/>. Copied; empty by default.</summary>
    /// <exception cref="ArgumentException">There are too many fields, a name is not allowed, or a value is missing.</exception>
    public IReadOnlyDictionary<string, VectorValue> Payload
    {
        get;
        init => field = VectorFields.Copy(value, nameof(Payload));
    } = VectorFields.None;
}
