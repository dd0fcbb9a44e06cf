namespace Pipeline.Caching;

/// <summary>What a <see cref="PostgresCacheNotice"/> says: its second character.</summary>
internal enum PostgresCacheNoticeKind
{
    /// <summary>An entry was removed or replaced.</summary>
    Key = 'k',

    /// <summary>A tag was invalidated.</summary>
    Tag = 't',
}
