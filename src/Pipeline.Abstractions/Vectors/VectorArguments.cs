using System.Runtime.CompilerServices;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>The checks that every backend's index makes at its public edge, so that bad input gets the same clear error everywhere.</summary>
/// <remarks>Called by backends. Thread safe.</remarks>
public static class VectorArguments
{
    /// <summary>The greatest number of items or ids of one call: 1,000.</summary>
    public const int MaxBatchSize = 1000;

    /// <summary>The greatest number of components of all vectors of one call together: 2,000,000, for instance 651 vectors of 3,072 dimensions.</summary>
    public const int MaxBatchComponents = 2_000_000;

    /// <summary>Returns if a scope names a collection and a tenant, and throws otherwise.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is the default value.</exception>
    public static void CheckScope(VectorScope scope, [CallerArgumentExpression(nameof(scope))] string? argument = null)
    {
        if (scope.Tenant is null)
        {
            throw new ArgumentException("The scope names neither collection nor tenant. Make it by its constructor.", argument);
        }
    }

    /// <summary>Returns if items can be stored under a definition, and throws otherwise.</summary>
    /// <param name="items">The items.</param>
    /// <param name="definition">The definition of the version that is to take them.</param>
    /// <exception cref="ArgumentException">
    /// There are none or too many, one is null, an id occurs twice, all together are too large, or a vector has the wrong dimension or, by cosine, no
    /// direction.
    /// </exception>
    public static void CheckItems(IReadOnlyList<VectorItem> items, VectorCollectionDefinition definition)
    {
        CheckBatch(items, nameof(items));
        ArgumentNullException.ThrowIfNull(definition);
        var mostItems = MaxBatchComponents / definition.Dimension;
        if (items.Count > mostItems)
        {
            throw new ArgumentException(
                $"The batch has {items.Count} items of {definition.Dimension} dimensions. Give at most {mostItems} of this size, and the rest in further calls.",
                nameof(items));
        }

        var ids = new HashSet<string>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item is null || !ids.Add(item.Id))
            {
                throw new ArgumentException("An item is null, or two have the same id. Give each item once.", nameof(items));
            }

            CheckVector(item.Vector, definition, nameof(items));
        }
    }

    /// <summary>Returns if a vector can be stored or sought under a definition, and throws otherwise.</summary>
    /// <param name="vector">The vector; that its components are finite has been checked already.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="argument">The name of the caller's argument, for the message.</param>
    /// <exception cref="ArgumentException">The vector has the wrong dimension or, by cosine, no direction.</exception>
    public static void CheckVector(
        ReadOnlyMemory<float> vector,
        VectorCollectionDefinition definition,
        [CallerArgumentExpression(nameof(vector))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (vector.Length != definition.Dimension)
        {
            throw new ArgumentException(
                $"A vector has {vector.Length} components, and collection '{definition.Name}' takes {definition.Dimension}. "
                + $"Embed with its model, '{definition.Model}', or build a new version.",
                argument);
        }

        if (definition.Distance == VectorDistance.Cosine && !vector.Span.ContainsAnyExcept(0f))
        {
            throw new ArgumentException("A vector is all zeros, so it has no direction. Leave the item out.", argument);
        }
    }

    /// <summary>Returns if ids can be deleted in one call, and throws otherwise.</summary>
    /// <param name="ids">The ids.</param>
    /// <exception cref="ArgumentException">There are none or too many, or one is not a name (<see cref="StoredName"/>).</exception>
    public static void CheckIds(IReadOnlyList<string> ids)
    {
        CheckBatch(ids, nameof(ids));
        foreach (var id in ids)
        {
            StoredName.ThrowIfInvalid(id, nameof(ids));
        }
    }

    private static void CheckBatch<T>(IReadOnlyList<T> batch, string argument)
    {
        ArgumentNullException.ThrowIfNull(batch, argument);
        if (batch.Count is < 1 or > MaxBatchSize)
        {
            throw new ArgumentException($"The batch has {batch.Count} entries. Give 1 to {MaxBatchSize}, and the rest in further calls.", argument);
        }
    }
}
