namespace Pipeline.Caching;

/// <summary>Sequences of keys as caches meet them, the same in each run.</summary>
internal static class Traces
{
    private const string Scanned = "scanned-";

    private static readonly string[] Names = [.. Enumerable.Range(0, 200_000).Select(i => $"key-{i}")];

    /// <summary>Keys of which the n-th most popular is asked for in proportion to 1/n^<paramref name="skew"/>.</summary>
    /// <param name="keys">How many keys there are.</param>
    /// <param name="skew">The exponent.</param>
    /// <param name="requests">How many keys are asked for.</param>
    /// <param name="drift">By how many places the popularity moves on to other keys, each thousand requests.</param>
    public static IEnumerable<string> Zipf(int keys, double skew, int requests, int drift = 0)
    {
        var sums = new double[keys];
        var sum = 0.0;
        for (var i = 0; i < keys; i++)
        {
            sum += 1 / Math.Pow(i + 1, skew);
            sums[i] = sum;
        }

        var random = new Random(1);
        for (var i = 0; i < requests; i++)
        {
            var found = Array.BinarySearch(sums, random.NextDouble() * sum);
            var rank = Math.Min(found < 0 ? ~found : found, keys - 1);
            yield return Names[(rank + (i / 1_000 * drift)) % keys];
        }
    }

    /// <summary>A trace that is interrupted again and again by a scan over keys that nothing else asks for.</summary>
    public static IEnumerable<string> WithScans(IEnumerable<string> trace, int every, int length)
    {
        var scanned = 0;
        var requests = 0;
        foreach (var key in trace)
        {
            yield return key;
            if (++requests % every == 0)
            {
                for (var i = 0; i < length; i++)
                {
                    yield return $"{Scanned}{scanned++}";
                }
            }
        }
    }

    public static bool IsScanned(string key) => key.StartsWith(Scanned, StringComparison.Ordinal);

    /// <summary>All keys in turn, again and again.</summary>
    public static IEnumerable<string> Loop(int keys, int requests) => Enumerable.Range(0, requests).Select(i => Names[i % keys]);
}
