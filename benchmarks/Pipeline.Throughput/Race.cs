using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Throughput;

/// <summary>
/// Lets two contenders do the same work in turns, so that both meet the same machine, and gives the median of the rounds' ratios.
/// </summary>
internal sealed class Race(TimeSpan round, int rounds)
{
    public static void WriteHeader() =>
        Console.WriteLine("| work | callers | bare/s | ours/s | ratio | asked | bytes bare | bytes ours |\n|---|---|---|---|---|---|---|---|");

    public async Task RunAsync(Comparison comparison)
    {
        var callers = comparison.Callers;
        for (var i = 0; i < callers.Length; i++)
        {
            await MeasureAsync(comparison.Bare, callers[i], round / 2);
            await MeasureAsync(comparison.Ours, callers[i], round / 2);
            var (bare, ours) = (new List<Measurement>(), new List<Measurement>());
            for (var n = 0; n < rounds; n++)
            {
                // Who begins changes, so that neither has always the warmer machine.
                if (n % 2 == 0)
                {
                    bare.Add(await MeasureAsync(comparison.Bare, callers[i], round));
                    ours.Add(await MeasureAsync(comparison.Ours, callers[i], round));
                }
                else
                {
                    ours.Add(await MeasureAsync(comparison.Ours, callers[i], round));
                    bare.Add(await MeasureAsync(comparison.Bare, callers[i], round));
                }
            }

            Write(comparison, i, bare, ours);
        }
    }

    private static void Write(Comparison comparison, int i, List<Measurement> bare, List<Measurement> ours)
    {
        var ratio = Median(ours.Zip(bare, static (one, other) => one.RunsPerSecond / other.RunsPerSecond));
        var asked = comparison.Demanded[i] == 0 ? "–" : comparison.Demanded[i].ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {comparison.Name} | {comparison.Callers[i]} | {Items(bare)} | {Items(ours)} | **{ratio:0.00}** | {asked} | {Bytes(bare)} | {Bytes(ours)} |"));

        string Items(List<Measurement> measured) =>
            (Median(measured.Select(static one => one.RunsPerSecond)) * comparison.ItemsOfRun / 1000).ToString("0.0k", CultureInfo.InvariantCulture);

        static string Bytes(List<Measurement> measured) => Median(measured.Select(static one => one.BytesPerRun)).ToString("0", CultureInfo.InvariantCulture);
    }

    private static async Task<Measurement> MeasureAsync(Contender contender, int callers, TimeSpan time)
    {
        await (contender.PrepareAsync?.Invoke() ?? Task.CompletedTask);
        long runs = 0;
        using var stop = new CancellationTokenSource(time);
        var bytes = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            long mine = 0;
            while (!stop.IsCancellationRequested)
            {
                await contender.RunAsync();
                mine++;
            }

            Interlocked.Add(ref runs, mine);
        })));
        return new Measurement(runs / watch.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes() - bytes) / (double)Math.Max(1, runs));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
