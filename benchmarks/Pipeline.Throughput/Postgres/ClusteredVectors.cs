using Pipeline.Vectors;

namespace Pipeline.Throughput.Postgres;

/// <summary>
/// Seeded vectors in overlapping clusters, as texts about a thousand subjects have them: a centre with normally distributed components, and around it noise of 0.6 of their
/// spread. Vectors that are random throughout have no neighbours to find.
/// </summary>
internal sealed class ClusteredVectors
{
    private const int Clusters = 1_000;
    private const float Noise = 0.6f;

    private readonly Random _random;
    private readonly float[][] _centres;
    private readonly int _dimension;

    public ClusteredVectors(int seed, int dimension)
    {
        _random = new Random(seed);
        _dimension = dimension;
        _centres = [.. Enumerable.Range(0, Clusters).Select(_ => Draw(new float[dimension], 1))];
    }

    public float[] Next() => Draw((float[])_centres[_random.Next(Clusters)].Clone(), Noise);

    public VectorItem NextItem(int number) => new()
    {
        Id = $"item-{number}",
        Vector = Next(),
        Payload = new Dictionary<string, VectorValue>
        {
            ["half"] = (long)_random.Next(2),
            ["tenth"] = (long)_random.Next(10),
            ["hundredth"] = (long)_random.Next(100),
            ["thousandth"] = (long)_random.Next(1_000),
        },
    };

    private float[] Draw(float[] vector, float spread)
    {
        for (var i = 0; i < _dimension; i++)
        {
            // Box and Muller, 1958.
            var (u, v) = (1 - _random.NextDouble(), _random.NextDouble());
            vector[i] += spread * (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v));
        }

        return vector;
    }
}
