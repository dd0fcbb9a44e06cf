using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors;

/// <summary>Scores as the contract defines them, in double precision.</summary>
internal static class ExactScore
{
    public static double Of(VectorDistance distance, ReadOnlySpan<float> query, ReadOnlySpan<float> item)
    {
        var (dot, queryLength, itemLength, apart) = (0d, 0d, 0d, 0d);
        for (var i = 0; i < query.Length; i++)
        {
            var (left, right) = ((double)query[i], (double)item[i]);
            dot += left * right;
            queryLength += left * left;
            itemLength += right * right;
            apart += (left - right) * (left - right);
        }

        return distance switch
        {
            VectorDistance.DotProduct => dot,
            VectorDistance.Euclidean => -Math.Sqrt(apart),
            _ => dot / Math.Sqrt(queryLength) / Math.Sqrt(itemLength),
        };
    }
}
