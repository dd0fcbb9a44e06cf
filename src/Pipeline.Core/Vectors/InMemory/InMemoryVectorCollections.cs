using System.Collections.Concurrent;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>The collections of one process. What they promise is at <see cref="IVectorCollections"/>.</summary>
internal sealed class InMemoryVectorCollections(TimeProvider time) : IVectorCollections
{
    private readonly ConcurrentDictionary<string, VectorCollection> _collections = new(StringComparer.Ordinal);

    /// <summary>Finds what a call is to be answered by.</summary>
    /// <exception cref="VectorCollectionException">The collection or its version does not exist.</exception>
    public VectorVersion Find(VectorScope scope) => Find(scope.Collection, scope.Version).Find(scope.Version);

    public ValueTask<VectorCollectionVersion> EnsureAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<VectorCollectionVersion>(cancellationToken);
        }

        var collection = _collections.GetOrAdd(
            definition.Name, static (_, made) => new VectorCollection(made.Definition, made.Now), (Definition: definition, Now: time.GetUtcNow()));
        return new(collection.Ensure(definition));
    }

    public ValueTask<VectorCollectionVersion> BuildAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<VectorCollectionVersion>(cancellationToken)
            : new(Find(definition.Name, version: null).Build(definition, time.GetUtcNow()));
    }

    public async ValueTask<VectorValidation> ValidateAsync(
        string collection, int version, VectorValidationOptions? options = null, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(collection);
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(collection, version);
        var validation = await VersionValidation.RunAsync(
            found.Find(version), found.Live, options ?? new VectorValidationOptions(), cancellationToken).ConfigureAwait(false);
        found.NoteValidation(version, validation.IsValid);
        return validation;
    }

    public ValueTask SwitchAsync(string collection, int version, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(collection);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Find(collection, version).Switch(version);
        return ValueTask.CompletedTask;
    }

    public ValueTask RetireAsync(string collection, int version, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(collection);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_collections.TryGetValue(collection, out var found))
        {
            found.Retire(version);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<VectorCollectionVersion>> ListAsync(string? collection = null, CancellationToken cancellationToken = default)
    {
        if (collection is not null)
        {
            StoredName.ThrowIfInvalid(collection);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<VectorCollectionVersion>>(cancellationToken);
        }

        var listed = _collections
            .Where(one => collection is null || string.Equals(one.Key, collection, StringComparison.Ordinal))
            .OrderBy(static one => one.Key, StringComparer.Ordinal)
            .SelectMany(static one => one.Value.List());
        return new([.. listed]);
    }

    private VectorCollection Find(string collection, int? version) => _collections.TryGetValue(collection, out var found)
        ? found
        : throw VectorCollectionException.NoCollection(collection, version);
}
