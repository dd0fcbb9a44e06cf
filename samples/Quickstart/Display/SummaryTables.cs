using Quickstart.Ingestion;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows the figures of a run.</summary>
internal static class SummaryTables
{
    private const double KiB = 1024;
    private const double MiB = 1024 * KiB;

    public static void Write(IAnsiConsole console, Summary summary, int deadLetters, int redriven, QueueHome home)
    {
        console.Write(Figures(summary, deadLetters, redriven, home));
        console.Write(Latencies(summary));
    }

    private static Table Figures(Summary summary, int deadLetters, int redriven, QueueHome home)
    {
        var seconds = summary.Elapsed.TotalSeconds;
        var table = new Table { Title = new TableTitle(home.IsShared ? "The run, as far as this process did it" : "The run"), Border = TableBorder.Rounded, ShowHeaders = false }
            .AddColumn("").AddColumn(new TableColumn("").RightAligned());
        Add("documents stored", $"{summary.Documents:N0}");
        Add("chunks", $"{summary.Chunks:N0}");
        Add("read", Size(summary.Bytes));
        foreach (var (name, documents) in summary.Encodings)
        {
            Add($"  in {name}", $"{documents:N0}");
        }

        Add("time", $"{seconds:N2} s");
        Add("throughput", $"{summary.Documents / seconds:N0} documents/s");
        Add("", $"{summary.Chunks / seconds:N0} chunks/s");
        Add("retries", $"{summary.Retries:N0}");
        Add(home.IsShared ? "dead letters, of all processes" : "dead letters", $"{deadLetters:N0}");
        Add("  of which mended, redriven and stored", $"{redriven:N0}");
        return table;

        void Add(string name, string value) => table.AddRow(new Text(name), new Text(value));
    }

    private static Table Latencies(Summary summary)
    {
        var table = new Table { Title = new TableTitle("Latency of a document"), Border = TableBorder.Rounded }.AddColumn("");
        foreach (var name in (string[])["measured", "p50", "p95", "p99"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var (name, times) in summary.Latencies)
        {
            table.AddRow(new Text(name), new Text($"{times.Count:N0}"), Time(times.P50), Time(times.P95), Time(times.P99));
        }

        return table;
    }

    private static string Size(long bytes) => bytes < MiB ? $"{bytes / KiB:N1} KiB" : $"{bytes / MiB:N1} MiB";

    private static Text Time(TimeSpan time) => new(time.TotalMilliseconds switch
    {
        >= 1_000 => $"{time.TotalSeconds:N2} s",
        >= 10 => $"{time.TotalMilliseconds:N0} ms",
        _ => $"{time.TotalMilliseconds:N2} ms",
    });
}
