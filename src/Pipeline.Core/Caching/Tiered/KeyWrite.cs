namespace Pipeline.Caching;

/// <summary>A value that replaces what stands under a key, or the removal of it.</summary>
internal sealed class KeyWrite : KeyWork
{
    public KeyWrite(string key, EntryTags tags, long born)
        : base(key, tags, born) =>
        IsWriting = true;

    /// <summary>The writes to the backend that began before and have to end first.</summary>
    public List<Task> Earlier { get; } = [];
}
