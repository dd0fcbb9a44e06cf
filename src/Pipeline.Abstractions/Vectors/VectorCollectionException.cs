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
}
