using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>Where an entry stands: a space, which is what is watched, and a key within it.</summary>
/// <remarks>Spaces never overlap: equal keys in two spaces are two entries. Immutable, hence thread safe. The default value is not valid.</remarks>
public readonly record struct StateKey
{
    private const char Separator = '/';

    /// <summary>Names an entry.</summary>
    /// <param name="space">The space, for instance <c>idempotency</c>: one a purpose, since watching a space means hearing of all its keys.</param>
    /// <param name="key">The key. What belongs to a tenant is best named by <see cref="Of"/>, the tenant first.</param>
    /// <exception cref="ArgumentException"><paramref name="space"/> or <paramref name="key"/> is not a name (<see cref="StoredName"/>).</exception>
    public StateKey(string space, string key)
    {
        StoredName.ThrowIfInvalid(space);
        StoredName.ThrowIfInvalid(key);
        Space = space;
        Key = key;
    }

    /// <summary>The space.</summary>
    public string Space { get; }

    /// <summary>The key within the space.</summary>
    public string Key { get; }

    /// <summary>Names an entry by several parts, a tenant and an id for instance, such that different parts never give the same key.</summary>
    /// <param name="space">The space.</param>
    /// <param name="parts">
    /// The parts, one or more, each a name by itself. They are joined by <c>/</c>; a <c>/</c> or <c>%</c> inside a part becomes <c>%2F</c> or <c>%25</c>.
    /// </param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException">
    /// There is no part, <paramref name="space"/> or a part is not a name (<see cref="StoredName"/>), or all parts together are longer than a name may be.
    /// </exception>
    public static StateKey Of(string space, params ReadOnlySpan<string> parts)
    {
        if (parts.IsEmpty)
        {
            throw new ArgumentException("The key has no part. Give one or more.", nameof(parts));
        }

        var escaped = new string[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            StoredName.ThrowIfInvalid(parts[i], nameof(parts));
            escaped[i] = parts[i].Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
        }

        var key = string.Join(Separator, escaped);
        StoredName.ThrowIfInvalid(key, nameof(parts));
        return new StateKey(space, key);
    }

    /// <summary>Takes a key apart that <see cref="Of"/> put together, one from a listing for instance.</summary>
    /// <returns>The parts, as they were given.</returns>
    public string[] GetParts()
    {
        StateArguments.CheckKey(this, "this");
        var parts = Key.Split(Separator);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = parts[i].Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
        }

        return parts;
    }

    /// <summary>The space and the key, for a debugger; not for logs, since a key can hold what is private.</summary>
    /// <returns><c>space:key</c>.</returns>
    public override string ToString() => $"{Space}:{Key}";
}
