using System.Collections.ObjectModel;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>The rules for the attributes of a learning, and for filters on them.</summary>
internal static class LearningAttributes
{
    public static ReadOnlyDictionary<string, string> Copy(IReadOnlyDictionary<string, string> attributes, string property)
    {
        ArgumentNullException.ThrowIfNull(attributes, property);
        if (attributes.Count > LearningRecord.MaxAttributes)
        {
            throw new ArgumentException($"{property} has {attributes.Count} entries. Give at most {LearningRecord.MaxAttributes}.", property);
        }

        var copy = new Dictionary<string, string>(attributes.Count, StringComparer.Ordinal);
        foreach (var (name, value) in attributes)
        {
            StoredName.ThrowIfInvalid(name, property);
            StoredName.ThrowIfInvalid(value, property);
            copy.Add(name, value);
        }

        return copy.AsReadOnly();
    }
}
