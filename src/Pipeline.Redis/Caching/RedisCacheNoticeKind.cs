namespace Pipeline.Caching;

/// <summary>The first byte of a <see cref="RedisCacheNotice"/>: in its high half the version, 1.</summary>
internal enum RedisCacheNoticeKind : byte
{
    /// <summary>A process makes sure that it hears what is published.</summary>
    Greeting = 0x10,

    /// <summary>An entry was removed or replaced.</summary>
    Key = 0x11,

    /// <summary>A tag was invalidated.</summary>
    Tag = 0x12,
}
