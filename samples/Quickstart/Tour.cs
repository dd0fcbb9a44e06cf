using Microsoft.Extensions.AI;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Quickstart.Answering;
using Quickstart.Display;
using Quickstart.Documents;
using Quickstart.Ingestion;
using Quickstart.Storage;
using Spectre.Console;

namespace Quickstart;

/// <summary>What the program shows, act by act.</summary>
internal sealed class Tour(
    Ingest ingest,
    DeadDocuments deadDocuments,
    Specimens specimens,
    InMemoryChunkStore store,
    IEmbeddingGenerator<string, Embedding<float>> generator,
    IStepRunner<Prompt, string> model,
    RushHour rushHour,
    Measurements measurements,
    TimeProvider time,
    IAnsiConsole console)
{
    private const int AnswersPerQuestion = 3;
    private const int QuestionsTooMany = 4;

    // Hashes that meet by chance make texts a little alike that have nothing in common.
    private const float LeastScore = 0.1f;

    private int _answersFromCache;

    public async Task<QuickstartResult> RunAsync(Corpus corpus, IReadOnlyList<string> questions, CancellationToken cancellationToken)
    {
        var listing = FolderWalker.List(corpus.Folders, cancellationToken);
        Opening.Write(console, corpus, listing, specimens);

        var started = time.GetTimestamp();
        var ingesting = ingest.RunAsync([.. specimens.Paths, .. listing.Files], cancellationToken);
        await new IngestProgress(console, ingest, time).FollowAsync(ingesting, specimens.Paths.Count + listing.Files.Count);
        var summary = Summary.Of(store.Documents, measurements, time.GetElapsedTime(started));
        if (cancellationToken.IsCancellationRequested)
        {
            return await StopAsync();
        }

        var dead = await deadDocuments.ListAsync(cancellationToken);
        DeadLetterTable.Write(console, corpus, dead);
        var redriven = await MendAsync(corpus, dead, cancellationToken);
        SummaryTables.Write(console, summary, dead.Count, redriven.Count);
        await AnswerAsync(corpus, questions, cancellationToken);
        var tenants = await rushHour.RunAsync(Program.QuestionsPerTenant + QuestionsTooMany, cancellationToken);
        ModelView.WriteTenants(console, tenants);
        return Result() with { DeadLetters = dead, Redriven = redriven, AnswersFromCache = _answersFromCache, Tenants = tenants };
    }

    /// <summary>Mends the damaged specimen and redrives it, and it alone: what ails the others is still so.</summary>
    private async Task<IReadOnlyList<string>> MendAsync(Corpus corpus, IReadOnlyList<DeadDocument> dead, CancellationToken cancellationToken)
    {
        if (dead.FirstOrDefault(specimens.IsDamaged) is not { } damaged)
        {
            return [];
        }

        await specimens.MendAsync(cancellationToken);
        await deadDocuments.RedriveAsync(damaged, cancellationToken);
        await ingest.FinishAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var stored = store.Find(damaged.Path);
        console.WriteLine(
            $"{corpus.NameOf(damaged.Path)} is written again, whole, and its dead letter is redriven by its id: "
            + (stored is null ? "it is not stored." : "it is now stored."));
        return stored is null ? [] : [stored.Path];
    }

    private async Task AnswerAsync(Corpus corpus, IReadOnlyList<string> questions, CancellationToken cancellationToken)
    {
        if (questions.Count == 0 && console.Profile.Out.IsTerminal && !Console.IsInputRedirected)
        {
            await PromptAsync(corpus, cancellationToken);
            return;
        }

        foreach (var question in questions.Count > 0 ? questions : corpus.Questions)
        {
            await AnswerAsync(corpus, question, cancellationToken);
        }
    }

    private async Task PromptAsync(Corpus corpus, CancellationToken cancellationToken)
    {
        console.WriteLine("You could ask: " + string.Join(" ", corpus.Questions));
        var prompt = new TextPrompt<string>("[bold]Your question[/] (empty to end):").AllowEmpty();
        while (await prompt.ShowAsync(console, cancellationToken) is { Length: > 0 } question)
        {
            await AnswerAsync(corpus, question, cancellationToken);
        }
    }

    private async Task AnswerAsync(Corpus corpus, string question, CancellationToken cancellationToken)
    {
        var vector = await generator.GenerateVectorAsync(question, cancellationToken: cancellationToken);
        var passages = store.Recall(vector, AnswersPerQuestion, LeastScore);
        AnswerView.Write(console, corpus, question, passages);
        if (passages.Count > 0)
        {
            await AskModelAsync(new Prompt(question, [.. passages.Select(passage => passage.Chunk.Text)]), cancellationToken);
        }
    }

    /// <summary>Asks twice: the second time the answer is in the cache.</summary>
    private async Task AskModelAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        try
        {
            var first = await model.RunAsync(prompt, cancellationToken: cancellationToken);
            var again = await model.RunAsync(prompt, cancellationToken: cancellationToken);
            _answersFromCache += again.CacheOutcome == CacheOutcome.Hit ? 1 : 0;
            ModelView.WriteAnswer(console, first, again);
        }
        catch (RateLimitRejectedException rejection)
        {
            console.WriteLine($"The simulated model was not asked: {rejection.Message}");
        }
    }

    private async Task<QuickstartResult> StopAsync()
    {
        var left = await ingest.CountAsync();
        console.WriteLine($"Stopped: {left.TotalCompleted:N0} documents are stored; {left.Depth:N0} were given back to the queue, which ends with the process.");
        return Result() with { IsInterrupted = true };
    }

    private QuickstartResult Result() => new()
    {
        Documents = store.Documents.Count,
        Chunks = store.Documents.Sum(document => document.Chunks.Count),
        Retries = measurements.Retries,
    };
}
