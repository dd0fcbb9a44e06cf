using System.Collections.Frozen;

namespace Pipeline.Queues;

/// <summary>The queues that the application declared. A backend's provider serves these and no others, so that a mistyped name is an error.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed class QueueCatalog
{
    private readonly FrozenDictionary<string, QueueDefinition> _definitions;

    /// <summary>Makes a catalog.</summary>
    /// <param name="definitions">The queues.</param>
    /// <exception cref="ArgumentException">Two definitions have one name.</exception>
    public QueueCatalog(params IEnumerable<QueueDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var byName = new Dictionary<string, QueueDefinition>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            if (!byName.TryAdd(definition.Name, definition))
            {
                throw new ArgumentException($"Queue '{definition.Name}' is declared twice. Remove one of the declarations.", nameof(definitions));
            }
        }

        _definitions = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>All queues, by name.</summary>
    public IReadOnlyDictionary<string, QueueDefinition> Definitions => _definitions;

    /// <summary>Finds a queue.</summary>
    /// <param name="name">The queue's name.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="ArgumentException">No queue of this name was declared.</exception>
    public QueueDefinition Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_definitions.TryGetValue(name, out var definition))
        {
            return definition;
        }

        var known = _definitions.Count == 0 ? "none" : string.Join(", ", _definitions.Keys.Order(StringComparer.Ordinal).Select(k => $"'{k}'"));
        throw new ArgumentException($"No queue is named '{name}'. Declared are: {known}. Declare it with AddQueue, or correct the name.", nameof(name));
    }
}
