namespace Pipeline.Vectors;

/// <summary>Compares what an application wants of a collection with what its live version is.</summary>
internal static class DefinitionMerge
{
    /// <summary>Adds the fields that are wanted and not indexed yet.</summary>
    /// <returns>The live definition itself where nothing is to be added.</returns>
    /// <exception cref="VectorCollectionException">Model, dimension, distance or the kind of a field differ, or there would be too many fields.</exception>
    public static VectorCollectionDefinition Merge(VectorCollectionDefinition live, VectorCollectionDefinition wanted, int version)
    {
        ThrowIfDifferent(live, wanted, version);
        var fields = new Dictionary<string, VectorValueKind>(live.FilterFields, StringComparer.Ordinal);
        foreach (var (field, kind) in wanted.FilterFields)
        {
            if (!fields.TryAdd(field, kind) && fields[field] != kind)
            {
                throw Mismatch(live, version, $"indexes the field '{field}' as {fields[field]}", $"as {kind}");
            }
        }

        if (fields.Count > VectorCollectionDefinition.MaxFilterFields)
        {
            throw new VectorCollectionException(
                live.Name,
                version,
                $"Version {version} of collection '{live.Name}' would index {fields.Count} fields with those that are wanted. "
                + $"Keep them to {VectorCollectionDefinition.MaxFilterFields} in all.");
        }

        return fields.Count == live.FilterFields.Count ? live : live with { FilterFields = fields };
    }

    private static void ThrowIfDifferent(VectorCollectionDefinition live, VectorCollectionDefinition wanted, int version)
    {
        if (!string.Equals(live.Model, wanted.Model, StringComparison.Ordinal))
        {
            throw Mismatch(live, version, $"holds vectors of model '{live.Model}'", $"'{wanted.Model}'");
        }

        if (live.Dimension != wanted.Dimension)
        {
            throw Mismatch(live, version, $"has {live.Dimension} dimensions", $"{wanted.Dimension}");
        }

        if (live.Distance != wanted.Distance)
        {
            throw Mismatch(live, version, $"measures by {live.Distance}", $"{wanted.Distance}");
        }
    }

    private static VectorCollectionException Mismatch(VectorCollectionDefinition live, int version, string has, string wanted) => new(
        live.Name,
        version,
        $"Version {version} of collection '{live.Name}' {has}, and {wanted} is wanted. Build a new version, validate it and switch to it.");
}
