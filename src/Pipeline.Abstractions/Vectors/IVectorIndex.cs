using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Stores vectors with payloads, and finds the nearest ones.</summary>
/// <remarks>
/// <para>
/// Every call names a tenant (<see cref="VectorScope"/>), and neither reads nor changes another tenant's items: equal ids of two tenants are
/// two items. Vectors of different models or dimensions never mix: a collection's version has one of each (<see cref="Collections"/>).
/// </para>
/// <para>
/// A write that has returned is seen by every call that starts later, in any process. A batch is written as a whole: where
/// the call failed, either all of it is there or nothing; a call at the same time may see a part of it. Every write may be repeated.
/// </para>
/// <para>
/// Where the index is approximate, at least 95% of the ten nearest items are found, with filters that let through much, little or next to nothing;
/// <see cref="VectorQuery.Exact"/> finds them all. What is found fulfils filter and threshold always. Implementations are thread safe.
/// </para>
/// </remarks>
public interface IVectorIndex : ICapabilityProvider
{
    /// <summary>The collections and their versions. For operators and for the start of an application.</summary>
    IVectorCollections Collections { get; }

    /// <summary>Stores items. One whose id is there already is replaced, vector and payload.</summary>
    /// <param name="scope">Where to.</param>
    /// <param name="items">
    /// 1 to <see cref="VectorArguments.MaxBatchSize"/> items with different ids, with at most <see cref="VectorArguments.MaxBatchComponents"/>
    /// components in all. Their memory is not read after the call has completed.
    /// </param>
    /// <param name="cancellationToken">Gives up the call; the items are then all stored or none is.</param>
    /// <returns>A task that completes when the items can be found.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="scope"/> is the default value; there are no items, too many or too large ones, or one is null; an id occurs twice; a vector
    /// has the wrong dimension or, by cosine, is all zeros.
    /// </exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the items may be stored. The call may be repeated.</exception>
    ValueTask UpsertAsync(VectorScope scope, IReadOnlyList<VectorItem> items, CancellationToken cancellationToken = default);

    /// <summary>Finds the items nearest to a vector.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// At most <see cref="VectorQuery.Limit"/> items, nearest first; equal scores in no promised order. Empty where nothing fulfils the query.
    /// Scores agree among backends to within 0.001 of the exact value (relative, where that is above 1).
    /// </returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="scope"/> is the default value, <paramref name="query"/> is null, or its vector has the wrong dimension or, by cosine, is all zeros.
    /// </exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<IReadOnlyList<VectorMatch>> SearchAsync(VectorScope scope, VectorQuery query, CancellationToken cancellationToken = default);

    /// <summary>Reads items one by one, without a vector to compare with: to rebuild, to compare with a source, to export.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="filter">Which items; <see langword="null"/> for all of the tenant's.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// The items with their vectors, in no promised order, fetched in pages as they are enumerated. An item that is there all the while is returned
    /// exactly once; one that comes, goes or changes meanwhile at most once. By cosine a vector may come back with another length.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is the default value; thrown at once, not on enumeration.</exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist; thrown on enumeration, as is the next.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    IAsyncEnumerable<VectorItem> ReadAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Counts items, exactly.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="filter">Which items; <see langword="null"/> for all of the tenant's.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The number of items.</returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is the default value.</exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<long> CountAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes items by id. An id that is not there is passed over.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="ids">1 to <see cref="VectorArguments.MaxBatchSize"/> ids.</param>
    /// <param name="cancellationToken">Gives up the call; the items are then all deleted or none is.</param>
    /// <returns>A task that completes when none of the items can be found any more.</returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is the default value, there are no ids or too many, or one is not a name.</exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the items may be deleted. The call may be repeated.</exception>
    ValueTask DeleteAsync(VectorScope scope, IReadOnlyList<string> ids, CancellationToken cancellationToken = default);

    /// <summary>Deletes the items that a filter selects.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="filter">Which items.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>A task that completes when none of the items can be found any more.</returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is the default value, or <paramref name="filter"/> is null.</exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and items may be deleted. The call may be repeated.</exception>
    ValueTask DeleteWhereAsync(VectorScope scope, VectorFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Deletes all items that the tenant has in one version of the collection; other tenants' stay.</summary>
    /// <param name="scope">Where. To erase a tenant, call it for each version of each collection.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>A task that completes when none of the items can be found any more.</returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is the default value.</exception>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and items may be deleted. The call may be repeated.</exception>
    ValueTask DeleteAllAsync(VectorScope scope, CancellationToken cancellationToken = default);
}
