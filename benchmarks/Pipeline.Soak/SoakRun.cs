using System.Globalization;

namespace Pipeline.Soak;

/// <summary>
/// Runs a load for a time and samples the process. The first fifth of the run warms up: caches fill, code is compiled. After it, nothing may grow
/// with the work that is done.
/// </summary>
internal sealed class SoakRun(MixedLoad load, TimeSpan duration, int workers)
{
    private const int Samples = 30;
    private const double MemoryTolerance = 1.05;
    private const int HandleTolerance = 5;

    public async Task<bool> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Enumerable.Range(0, workers).Select(seed => Task.Run(() => load.RunAsync(seed, end.Token), CancellationToken.None)).ToArray();
        var samples = new List<Sample>();
        var started = time.GetTimestamp();
        await output.WriteLineAsync("    seconds     operations  managed MiB  resident MiB  handles  threads");
        for (var i = 0; i < Samples && !cancellationToken.IsCancellationRequested; i++)
        {
            await Task.Delay(duration / Samples, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var sample = Sample.Take(load.Operations);
            samples.Add(sample);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{time.GetElapsedTime(started).TotalSeconds,11:N0}{sample.Operations,15:N0}{Mib(sample.ManagedBytes),13:N1}{Mib(sample.ResidentBytes),14:N1}{sample.Handles,9}{sample.Threads,9}"));
        }

        await end.CancelAsync();
        await Task.WhenAll(running);
        await output.WriteLineAsync(load.Describe());
        return Judge(samples, output);
    }

    private static bool Judge(List<Sample> samples, TextWriter output)
    {
        var steady = samples[(Samples / 5)..];
        var half = steady.Count / 2;
        var (before, after) = (steady[..half], steady[half..]);
        var managed = Ratio(s => s.ManagedBytes);
        var resident = Ratio(s => s.ResidentBytes);
        var handles = after.Max(s => s.Handles) - before.Max(s => s.Handles);
        var isFlat = managed <= MemoryTolerance && resident <= MemoryTolerance && handles <= HandleTolerance;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"second half against first half, after the warm-up: managed {managed:N3}, resident {resident:N3}, handles {handles:+0;-0;0}: {(isFlat ? "flat" : "GROWING")}"));
        return isFlat;

        double Ratio(Func<Sample, long> value) => after.Average(s => (double)value(s)) / before.Average(s => (double)value(s));
    }

    private static double Mib(long bytes) => bytes / (1024.0 * 1024);
}
