using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The tags of an entry or of a value in the making, with their generations once these are known. Immutable.</summary>
internal sealed class EntryTags
{
    /// <summary>The tag that every entry carries.</summary>
    public const string All = "*";

    /// <summary>Of an entry that has no other tag.</summary>
    public static readonly EntryTags AllOnly = new([All], generations: null);

    private EntryTags(string[] names, TagGenerations? generations)
    {
        Names = names;
        Generations = generations;
    }

    public string[] Names { get; }

    /// <summary>The generations; <see langword="null"/> if they have not been read, or could not be.</summary>
    public TagGenerations? Generations { get; }

    /// <summary>Checks the tags that a caller gave, and adds the one that every entry carries.</summary>
    /// <exception cref="ArgumentException">A tag cannot be stored, or there are too many.</exception>
    public static EntryTags Of(IEnumerable<string>? tags)
    {
        if (tags is null)
        {
            return AllOnly;
        }

        List<string> names = [];
        foreach (var tag in tags)
        {
            StoredName.ThrowIfInvalid(tag, nameof(tags));
            if (!names.Contains(tag, StringComparer.Ordinal))
            {
                names.Add(tag);
            }
        }

        if (names.Count == 0)
        {
            return AllOnly;
        }

        if (!names.Contains(All, StringComparer.Ordinal))
        {
            names.Add(All);
        }

        return names.Count <= TagGenerations.MaxTags
            ? new([.. names], generations: null)
            : throw new ArgumentException($"The entry has {names.Count - 1} tags. Give at most {TagGenerations.MaxTags - 1}.", nameof(tags));
    }

    /// <summary>The tags of an entry that the backend holds.</summary>
    public static EntryTags Of(TagGenerations generations)
    {
        var names = new string[generations.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = generations[i].Tag;
        }

        return new(names, generations);
    }

    public EntryTags With(TagGenerations generations) => new(Names, generations);
}
