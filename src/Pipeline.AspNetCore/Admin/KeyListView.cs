namespace Pipeline.Admin;

/// <summary>All keys: those of configuration and file, then those of the store.</summary>
internal sealed record KeyListView(IReadOnlyList<KeyView> Keys);
