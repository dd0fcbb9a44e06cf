using System.Globalization;

namespace Pipeline.Http;

/// <summary>Puts the same load on each variant, in turns, and writes the medians as a table.</summary>
/// <param name="seconds">How long each is under load in each round.</param>
/// <param name="rounds">How often each has its turn.</param>
internal sealed class HttpRace(int seconds, int rounds)
{
    private const int WarmUpSeconds = 3;

    public async Task RunAsync(IReadOnlyList<Variant> variants)
    {
        var servers = new List<ServedVariant>();
        try
        {
            foreach (var variant in variants)
            {
                servers.Add(await ServedVariant.StartAsync(variant));
                await servers[^1].LoadAsync(WarmUpSeconds);
            }

            var results = servers.Select(static _ => new List<LoadResult>()).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                // Every other round backwards, so that none profits from its place.
                foreach (var i in round % 2 == 0 ? Enumerable.Range(0, servers.Count) : Enumerable.Range(0, servers.Count).Reverse())
                {
                    results[i].Add(await servers[i].LoadAsync(seconds));
                }
            }

            Write(variants, results);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static void Write(IReadOnlyList<Variant> variants, List<LoadResult>[] results)
    {
        Console.WriteLine("| middleware | requests/s | of bare | least, most of bare | µs of CPU | more | B a request | more | p99 ms |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        var bare = results[0];
        foreach (var (variant, all) in variants.Zip(results))
        {
            var ratios = all.Zip(bare, static (one, first) => one.RequestsPerSecond / first.RequestsPerSecond).Order().ToArray();
            var (processor, bytes) = (Median(all, static one => one.ProcessorMicroseconds), Median(all, static one => one.BytesPerRequest));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {variant.Name} | {Median(all, static one => one.RequestsPerSecond):N0} | {ratios[ratios.Length / 2]:0.00} | {ratios[0]:0.00}, {ratios[^1]:0.00} | "
                + $"{processor:0.0} | {processor - Median(bare, static one => one.ProcessorMicroseconds):0.0} | "
                + $"{bytes:N0} | {bytes - Median(bare, static one => one.BytesPerRequest):N0} | {Median(all, static one => one.P99Milliseconds):0.00} |"));
        }

        Console.WriteLine();
    }

    private static double Median(IEnumerable<LoadResult> results, Func<LoadResult, double> figure)
    {
        var ordered = results.Select(figure).Order().ToArray();
        return ordered[ordered.Length / 2];
    }
}
