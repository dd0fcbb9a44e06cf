using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Makes collections, and replaces what is in them without a gap: build a version, validate it, switch to it, retire the old one.</summary>
/// <remarks>
/// <para>
/// A collection has one live version, which answers the calls that name none, and any number of others, which are reached by their number
/// (<see cref="VectorScope.Version"/>). <see cref="VectorVersionState"/> draws the states. Versions hold the items of all tenants: this
/// is an operator's interface, and shows figures and definitions, never items.
/// </para>
/// <para>
/// While a version is built, writes to the live one are not copied: who writes meanwhile writes to both. Implementations are thread safe, and the calls
/// are safe from several processes at once.
/// </para>
/// </remarks>
public interface IVectorCollections
{
    /// <summary>Makes a collection with a live first version, unless it is there already.</summary>
    /// <param name="definition">What the collection is to hold.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The live version, whoever made it. Fields that the definition names and the version does not index yet are indexed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="definition"/> is <see langword="null"/>.</exception>
    /// <exception cref="VectorCollectionException">
    /// The live version has another model, dimension or distance, or indexes a field as another kind: the message names both, and
    /// <see cref="BuildAsync"/> is the way.
    /// </exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    ValueTask<VectorCollectionVersion> EnsureAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>Makes a new, empty version of a collection that is there. Each call makes one.</summary>
    /// <param name="definition">What the version is to hold; model, dimension and distance may differ from the live version's.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The version, <see cref="VectorVersionState.Building"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="definition"/> is <see langword="null"/>.</exception>
    /// <exception cref="VectorCollectionException">The collection does not exist.</exception>
    /// <exception cref="BackendUnavailableException">
    /// The backend did not answer. A repeated call can leave one version too many, which is then retired.
    /// </exception>
    ValueTask<VectorCollectionVersion> BuildAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>
    /// Checks whether a version can go live: it has enough items, all are indexed, and the ordinary search finds what exact search finds. If so, a
    /// <see cref="VectorVersionState.Building"/> version becomes <see cref="VectorVersionState.Validated"/>; if not, a
    /// <see cref="VectorVersionState.Validated"/> one becomes <see cref="VectorVersionState.Building"/> again.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="version">The version.</param>
    /// <param name="options">What it must fulfil; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>What was found. A version that falls short is an answer, not an exception.</returns>
    /// <remarks>Many round trips, and as slow as exact search.</remarks>
    /// <exception cref="ArgumentException"><paramref name="collection"/> is not a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="VectorCollectionException">The collection or the version does not exist.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    ValueTask<VectorValidation> ValidateAsync(
        string collection,
        int version,
        VectorValidationOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Makes a version live, atomically; the one that was live becomes <see cref="VectorVersionState.Superseded"/>.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="version">
    /// The version: <see cref="VectorVersionState.Validated"/>, or <see cref="VectorVersionState.Superseded"/> to go back. One that is live stays so.
    /// </param>
    /// <param name="cancellationToken">Gives up the call; the switch has then taken place or has not.</param>
    /// <returns>
    /// A task that completes when every call that starts later, in any process, is answered by the new version. Each call is answered by one version
    /// wholly.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="collection"/> is not a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="VectorCollectionException">The collection or the version does not exist, or the version has not been validated.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    ValueTask SwitchAsync(string collection, int version, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version with all its items. One that does not exist any more is passed over.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>A task that completes when the version is gone.</returns>
    /// <exception cref="ArgumentException"><paramref name="collection"/> is not a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="VectorCollectionException">The version is live.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    ValueTask RetireAsync(string collection, int version, CancellationToken cancellationToken = default);

    /// <summary>Lists versions.</summary>
    /// <param name="collection">The collection; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The versions, by collection (ordinal) and falling number. Empty where the collection does not exist.</returns>
    /// <exception cref="ArgumentException"><paramref name="collection"/> is neither null nor a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<IReadOnlyList<VectorCollectionVersion>> ListAsync(string? collection = null, CancellationToken cancellationToken = default);
}
