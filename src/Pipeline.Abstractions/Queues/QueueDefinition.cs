using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>A queue that the application declared: its name and a validated copy of its options.</summary>
/// <remarks>Immutable as far as its holders leave the options alone; thread safe.</remarks>
public sealed class QueueDefinition
{
    private static readonly QueueOptionsValidator Validator = new();

    /// <summary>Makes a definition.</summary>
    /// <param name="name">The queue's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="options">The options, which are copied.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public QueueDefinition(string name, QueueOptions options)
    {
        StoredName.ThrowIfInvalid(name);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ThrowIfInvalid(name, options);
        Name = name;
        Options = options with { TenantWeights = new Dictionary<string, int>(options.TenantWeights, StringComparer.Ordinal).AsReadOnly() };
    }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    /// <summary>The queue's options.</summary>
    public QueueOptions Options { get; }
}
