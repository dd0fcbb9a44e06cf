using Pipeline.Vectors;

namespace Pipeline.Postgres.Vectors;

/// <summary>Seeded vectors in overlapping clusters.</summary>
internal sealed class TestVectors(int seed, int dimension, int clusters)
{
    private readonly Random _random = new(seed);
    private readonly List<float[]> _centres = [];

    public static VectorCollectionDefinition Definition(string name, int dimension, VectorDistance distance = VectorDistance.Cosine) =>
        new() { Name = name, Model = "model", Dimension = dimension, Distance = distance };

    public float[] Next()
    {
        while (_centres.Count < clusters)
        {
            _centres.Add(Draw(new float[dimension], 1));
        }

        return Draw((float[])_centres[_random.Next(clusters)].Clone(), 0.5f);
    }

    public VectorItem Item(int number) => new()
    {
        Id = $"i{number}",
        Vector = Next(),
        Payload = new Dictionary<string, VectorValue>
        {
            ["half"] = (long)_random.Next(2), ["fifth"] = (long)_random.Next(5), ["hundredth"] = (long)_random.Next(100), ["thousandth"] = (long)_random.Next(1_000),
        },
    };

    private float[] Draw(float[] vector, float spread)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] += spread * (_random.NextSingle() + _random.NextSingle() - 1);
        }

        return vector;
    }
}
