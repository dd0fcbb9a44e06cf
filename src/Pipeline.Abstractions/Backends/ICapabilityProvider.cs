namespace Pipeline.Backends;

/// <summary>
/// Something that may have abilities beyond its protocol, found by type (a queue that takes part in a caller's transaction, for instance).
/// </summary>
public interface ICapabilityProvider
{
    /// <summary>Finds an optional ability.</summary>
    /// <typeparam name="TCapability">The ability's interface.</typeparam>
    /// <returns>The ability, or <see langword="null"/> where it is missing.</returns>
    /// <remarks>
    /// Ask through this method rather than by a cast: a decorator passes the question on to what it decorates. The default
    /// implementation answers with the instance itself.
    /// </remarks>
    TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability;
}
