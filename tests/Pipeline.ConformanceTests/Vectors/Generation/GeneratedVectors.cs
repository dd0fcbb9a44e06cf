using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.Generation;

/// <summary>Draws definitions, items and filters from few values, so that they meet often.</summary>
internal static class GeneratedVectors
{
    private static readonly (string Field, VectorValueKind Kind)[] Fields =
    [
        ("text", VectorValueKind.Text), ("tags", VectorValueKind.Texts), ("whole", VectorValueKind.WholeNumber), ("number", VectorValueKind.Number),
        ("flag", VectorValueKind.Boolean),
    ];

    private static readonly string[] Texts = ["a", "A", "b", "", "ä"];

    public static VectorCollectionDefinition NextDefinition(SeededRandom random, string name) => new()
    {
        Name = name,
        Model = random.Pick(["model-a", "model-b"]),
        Dimension = random.Between(2, 9),
        Distance = random.Pick([VectorDistance.Cosine, VectorDistance.DotProduct, VectorDistance.Euclidean]),
        FilterFields = NextFields(random),
    };

    public static Dictionary<string, VectorValueKind> NextFields(SeededRandom random) =>
        Fields.Where(_ => random.Chance(50)).ToDictionary(static one => one.Field, static one => one.Kind);

    public static VectorItem NextItem(SeededRandom random, string id, VectorCollectionDefinition definition) =>
        new() { Id = id, Vector = NextVector(random, definition), Payload = NextPayload(random) };

    public static float[] NextVector(SeededRandom random, VectorCollectionDefinition definition)
    {
        var vector = Enumerable.Range(0, definition.Dimension).Select(_ => (random.Next(17) - 8) / 4f).ToArray();
        vector[0] = vector.All(static component => component == 0) ? 1 : vector[0];
        return vector;
    }

    public static VectorFilter NextFilter(SeededRandom random, int depth) => random.Next(depth > 0 ? 10 : 6) switch
    {
        0 => VectorFilter.EqualTo(random.Pick(["text", "tags"]), random.Pick(Texts)),
        1 => VectorFilter.EqualTo(random.Pick(["whole", "number"]), random.Next(4)),
        2 => VectorFilter.EqualTo("flag", random.Chance(50)),
        3 => VectorFilter.AnyOf(random.Pick(["text", "tags"]), random.Pick(Texts), random.Pick(Texts)),
        4 => VectorFilter.AnyOf("whole", random.Next(4), random.Next(4)),
        5 => NextRange(random),
        6 => VectorFilter.Not(NextFilter(random, depth - 1)),
        7 => VectorFilter.Any(NextFilter(random, depth - 1), NextFilter(random, depth - 1)),
        _ => VectorFilter.All(NextFilter(random, depth - 1), NextFilter(random, depth - 1)),
    };

    public static string Describe(VectorFilter? filter) => filter switch
    {
        null => "all",
        VectorEquals one => $"{one.Field}={Describe(one.Value)}",
        VectorAnyOf one => $"{one.Field} in ({string.Join(' ', one.Values.Select(Describe))})",
        VectorRange one => $"{one.Field} {one.Min}..{one.Max}",
        VectorNot one => $"not({Describe(one.Filter)})",
        VectorAnd one => $"and({string.Join(", ", one.Filters.Select(Describe))})",
        VectorOr one => $"or({string.Join(", ", one.Filters.Select(Describe))})",
        _ => "?",
    };

    private static string Describe(VectorValue value) => value.Kind switch
    {
        VectorValueKind.Text => $"'{value.AsText}'",
        VectorValueKind.WholeNumber => $"{value.AsWholeNumber}",
        VectorValueKind.Boolean => $"{value.AsBoolean}",
        _ => value.ToString(),
    };

    private static VectorFilter NextRange(SeededRandom random)
    {
        var (field, min) = (random.Pick(["whole", "number"]), (random.Next(8) - 2) / 2d);
        return random.Next(3) switch
        {
            0 => VectorFilter.Between(field, min: min),
            1 => VectorFilter.Between(field, max: min),
            _ => VectorFilter.Between(field, min, min + (random.Next(3) / 2d)),
        };
    }

    private static Dictionary<string, VectorValue> NextPayload(SeededRandom random) =>
        Fields.Where(_ => random.Chance(70)).ToDictionary(static one => one.Field, one => NextValue(random, one.Kind));

    // Now and then another kind than is declared: no index may take offence, nor find what it should not.
    private static VectorValue NextValue(SeededRandom random, VectorValueKind kind) => random.Chance(10)
        ? NextValue(random, random.Pick(Fields).Kind)
        : kind switch
        {
            VectorValueKind.Text => random.Pick(Texts),
            VectorValueKind.Texts => VectorValue.FromStrings(Texts.Where(_ => random.Chance(40))),
            VectorValueKind.WholeNumber => random.Next(4),
            VectorValueKind.Number => (random.Next(8) - 2) / 2d,
            _ => random.Chance(50),
        };
}
