using Quickstart.Documents;
using Quickstart.Embedding;
using Quickstart.Ingestion;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Says what is about to happen, and what of it is made up.</summary>
internal static class Opening
{
    public static void Write(IAnsiConsole console, Corpus corpus, FolderListing listing, Specimens specimens, QueueHome home, SharedRun run)
    {
        console.Write(new Rule("[bold]Pipeline Quickstart[/]").LeftJustified());
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Add("Folder", string.Join(", ", corpus.Folders));
        Add("Files", $"{listing.Files.Count:N0}; {listing.Links:N0} links not followed, {listing.UnreadableFolders:N0} folders not readable");
        Add("Queue", $"{(home.IsShared ? $"on {home.Server}" : "in memory")}, bounded: where the workers fall behind, enqueueing waits");
        if (home.IsShared)
        {
            Add("Run", run.Processes == 1 ? "begun by this process; others may join" : $"joined: this is process {run.Processes:N0} of it");
        }

        Add("Embeddings", $"feature hashing, {FeatureHashingEmbeddingGenerator.Dimensions} dimensions: a local stand-in, no model. It knows words, not meanings.");
        Add("Made up", $"{corpus.NameOf(specimens.DamagedPath)}, a gzip file cut off in the middle");
        Add("", $"{corpus.NameOf(specimens.FlakyPath)}, whose first read fails (simulated)");
        console.Write(grid);

        void Add(string name, string text) => grid.AddRow(new Text(name, Color.Grey), new Text(text));
    }
}
