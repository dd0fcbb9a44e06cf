namespace Pipeline.Caching;

/// <summary>The plain least-recently-used cache that the eviction is measured against.</summary>
internal sealed class LruCache(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<string>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _recent = new();

    public bool TryGet(string key)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            return false;
        }

        _recent.Remove(node);
        _recent.AddFirst(node);
        return true;
    }

    public void Add(string key)
    {
        if (_nodes.Count == capacity)
        {
            _nodes.Remove(_recent.Last!.Value);
            _recent.RemoveLast();
        }

        _nodes.Add(key, _recent.AddFirst(key));
    }
}
