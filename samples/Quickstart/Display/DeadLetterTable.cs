using Quickstart.Documents;
using Quickstart.Ingestion;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows why documents are in the dead letters, those with the same reason in one row.</summary>
internal static class DeadLetterTable
{
    public static void Write(IAnsiConsole console, Corpus corpus, IReadOnlyList<DeadDocument> dead, QueueHome home)
    {
        var table = new Table { Title = new TableTitle(home.IsShared ? "Dead letters of the run, of all processes" : "Dead letters"), Border = TableBorder.Rounded }
            .AddColumns("Reason", "Step", "Attempts", "Documents", "Such as");
        foreach (var column in table.Columns.Skip(2).Take(2))
        {
            column.RightAligned();
        }

        foreach (var group in dead.GroupBy(document => (document.Reason, document.Step, document.Attempts)).OrderByDescending(group => group.Count()))
        {
            table.AddRow(
                new Text(group.Key.Reason, Color.Red),
                new Text(group.Key.Step),
                new Text($"{group.Key.Attempts:N0}"),
                new Text($"{group.Count():N0}"),
                new Text(corpus.NameOf(group.First().Path)));
        }

        console.Write(table);
    }
}
