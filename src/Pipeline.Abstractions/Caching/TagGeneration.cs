using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>A tag together with its generation: a number that grows with each invalidation of the tag.</summary>
/// <remarks>
/// <para>A later invalidation always has the greater number, and no number is ever used twice for one tag: a counter that the backend
/// lost starts again above every number it ever had. (The greater of the old number plus one and the server's time in microseconds
/// serves.) So a lost counter invalidates, and notices of invalidations that arrive late or out of order do no harm to a reader that keeps
/// the greatest number it has seen.</para>
/// <para>Numbers of different tags are unrelated.</para>
/// </remarks>
public readonly record struct TagGeneration
{
    /// <summary>Makes the pair.</summary>
    /// <param name="tag">The tag: 1 to 512 bytes of UTF-8 without control characters.</param>
    /// <param name="generation">Its generation, at least 1.</param>
    /// <exception cref="ArgumentException"><paramref name="tag"/> cannot be stored.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="generation"/> is less than 1.</exception>
    public TagGeneration(string tag, long generation)
    {
        StoredName.ThrowIfInvalid(tag);
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        Tag = tag;
        Generation = generation;
    }

    /// <summary>The tag.</summary>
    public string Tag { get; }

    /// <summary>The generation, at least 1.</summary>
    public long Generation { get; }
}
