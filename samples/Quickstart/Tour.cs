using Microsoft.Extensions.AI;
using Pipeline.Learning;
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
    QueueHome home,
    SharedRuns runs,
    Ingest ingest,
    DeadDocuments deadDocuments,
    Specimens specimens,
    ChunkStore store,
    IEmbeddingGenerator<string, Embedding<float>> generator,
    IStepRunner<Prompt, string> model,
    ModelName modelName,
    Lessons lessons,
    Ledger ledger,
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
        var run = await runs.JoinAsync(corpus, CancellationToken.None);
        Opening.Write(console, corpus, listing, specimens, home, run);

        var (started, startedAt) = (time.GetTimestamp(), time.GetUtcNow());
        var ingesting = ingest.RunAsync(run, [.. specimens.Paths, .. listing.Files], cancellationToken);
        await new IngestProgress(console, ingest, run, time).FollowAsync(ingesting, specimens.Paths.Count + listing.Files.Count);
        var summary = Summary.Of(store.Documents, measurements, time.GetElapsedTime(started));
        if (cancellationToken.IsCancellationRequested)
        {
            return await StopAsync(run);
        }

        var processes = await runs.EndAsync(corpus, run, cancellationToken);
        var dead = await deadDocuments.ListAsync(run, cancellationToken);
        DeadLetterTable.Write(console, corpus, dead, home);
        var redriven = await MendAsync(corpus, dead, cancellationToken);
        specimens.AreDone = true;
        SummaryTables.Write(console, summary, dead.Count, redriven.Count, home);
        var documentsOfAll = (await ingest.CountAsync(run)).TotalCompleted;
        if (home.IsShared)
        {
            SharingView.Write(console, store.Documents.Count, documentsOfAll, processes, listing.Files.Count, ingest.EnqueuedByOthers);
        }

        await AnswerAsync(corpus, questions, cancellationToken);
        var tenants = await RushAsync(cancellationToken);
        var costs = await ledger.ReadAsync(startedAt, cancellationToken);
        var outcomes = await lessons.OutcomesAsync(cancellationToken);
        LedgerTables.Write(console, modelName, costs, lessons.Recalled, outcomes, home);
        return Result() with
        {
            DocumentsOfAll = documentsOfAll,
            Processes = processes,
            DeadLetters = dead,
            Redriven = redriven,
            AnswersFromCache = _answersFromCache,
            Tenants = tenants,
            Costs = costs,
            LearningsRecalled = lessons.Recalled,
            Outcomes = outcomes,
        };
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
        var isStored = !await deadDocuments.IsDeadAsync(damaged, cancellationToken);
        var outcome = isStored ? "it is now stored" + (store.Find(damaged.Path) is null ? ", by another process." : ".") : "it is not stored.";
        console.WriteLine($"{corpus.NameOf(damaged.Path)} is written again, whole, and its dead letter is redriven by its id: {outcome}");
        return isStored ? [damaged.Path] : [];
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
        var passages = await store.RecallAsync(vector, AnswersPerQuestion, LeastScore, cancellationToken);
        AnswerView.Write(console, corpus, question, passages);
        if (passages.Count > 0)
        {
            await AskModelAsync(new Prompt(question, [.. passages.Select(passage => passage.Chunk.Text)]), cancellationToken);
        }
    }

    /// <summary>Asks twice: the second time the answer is in the cache. Between the two a reader says whether the first one helped.</summary>
    private async Task AskModelAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        try
        {
            var runId = $"question-{Guid.NewGuid():N}";
            var first = await model.RunAsync(prompt, new CallContext { RequestId = runId }, cancellationToken);
            await lessons.ReportAsync(runId, prompt.Question, first.Value, cancellationToken);
            var again = await model.RunAsync(prompt, cancellationToken: cancellationToken);
            _answersFromCache += again.CacheOutcome == CacheOutcome.Hit ? 1 : 0;
            ModelView.WriteAnswer(console, modelName, first, again);
            LedgerTables.WriteRecalled(console, await lessons.RecallAsync(prompt.Question, cancellationToken));
        }
        catch (RateLimitRejectedException rejection)
        {
            console.WriteLine($"{modelName.Label}: not asked. {rejection.Message}");
        }
        catch (HttpRequestException failure)
        {
            console.WriteLine($"{modelName.Label}: no answer. {failure.Message}");
        }
    }

    /// <summary>Only where that costs nothing: a model's owner would have to pay for each question.</summary>
    private async Task<IReadOnlyList<TenantOutcome>> RushAsync(CancellationToken cancellationToken)
    {
        if (!modelName.IsSimulated)
        {
            return [];
        }

        var tenants = await rushHour.RunAsync(Program.QuestionsPerTenant + QuestionsTooMany, cancellationToken);
        ModelView.WriteTenants(console, modelName, tenants);
        return tenants;
    }

    private async Task<QuickstartResult> StopAsync(SharedRun run)
    {
        var left = await ingest.CountAsync(run);
        console.WriteLine(home.IsShared
            ? $"Stopped: {store.Documents.Count:N0} documents were stored by this process; {left.Depth:N0} are in the queue on {home.Server}. A start within the hour goes on with this run."
            : $"Stopped: {left.TotalCompleted:N0} documents are stored; {left.Depth:N0} were given back to the queue, which ends with the process.");
        return Result() with { IsInterrupted = true };
    }

    private QuickstartResult Result() => new()
    {
        Documents = store.Documents.Count,
        Chunks = store.Documents.Sum(document => document.Chunks.Count),
        Retries = measurements.Retries,
    };
}
