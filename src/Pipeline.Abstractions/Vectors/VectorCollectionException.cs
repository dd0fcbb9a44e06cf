namespace Pipeline.Vectors;

/// <summary>A collection or one of its versions is missing, or is not as the call needs it. Repeating the call does not help.</summary>
public sealed class VectorCollectionException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="version">The version, or <see langword="null"/> where it is about the live one or about the collection.</param>
    /// <param name="message">What is wrong, and how to mend it.</param>
    /// <exception cref="ArgumentException"><paramref name="collection"/> or <paramref name="message"/> is null or empty.</exception>
    public VectorCollectionException(string collection, int? version, string message)
        : base(message)
    {
        ArgumentException.ThrowIfNullOrEmpty(collection);
        ArgumentException.ThrowIfNullOrEmpty(message);
        Collection = collection;
        Version = version;
    }

    /// <summary>The collection's name.</summary>
    public string Collection { get; }

    /// <summary>The version, or <see langword="null"/> where it is about the live one or about the collection.</summary>
    public int? Version { get; }

    /// <summary>Makes the exception that says that a collection does not exist. For backends.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="version">The version that was asked for, or <see langword="null"/> for the live one.</param>
    /// <returns>The exception.</returns>
    public static VectorCollectionException NoCollection(string collection, int? version) => new(
        collection,
        version,
        $"There is no collection '{collection}'. Make it with {nameof(IVectorCollections)}.{nameof(IVectorCollections.EnsureAsync)} at the start of the application.");

    /// <summary>Makes the exception that says that a version does not exist. For backends.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="version">The version.</param>
    /// <returns>The exception.</returns>
    public static VectorCollectionException NoVersion(string collection, int? version) => new(
        collection, version, $"Collection '{collection}' has no version {version}. List its versions, or name none to reach the live one.");

    /// <summary>Makes the exception that says that a version cannot go live yet. For backends.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="version">The version.</param>
    /// <returns>The exception.</returns>
    public static VectorCollectionException NotValidated(string collection, int version) => new(
        collection,
        version,
        $"Version {version} of collection '{collection}' has not been validated. Call {nameof(IVectorCollections.ValidateAsync)} first, and mend what it finds.");

    /// <summary>Makes the exception that says that a version is live and therefore stays. For backends.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="version">The version.</param>
    /// <returns>The exception.</returns>
    public static VectorCollectionException IsLive(string collection, int version) =>
        new(collection, version, $"Version {version} of collection '{collection}' is live. Switch to another version first.");
}
