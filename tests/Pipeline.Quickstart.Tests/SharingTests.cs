using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.State;
using Quickstart.Display;
using Quickstart.Documents;
using Quickstart.Ingestion;
using Xunit;

namespace Quickstart;

/// <summary>Runs the program over a folder and a real server.</summary>
public abstract class SharingTests : IAsyncLifetime, IDisposable
{
    // More than the queue has room for.
    private const int Good = 300;
    private const int Specimens = 2;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _temporary = new();
    private readonly StringWriter _output = new();
    private ServiceProvider _services = null!;

    /// <summary>Gets the argument of the command line that names a server.</summary>
    protected abstract string Argument { get; }

    /// <summary>Gets what follows it.</summary>
    protected abstract string Server { get; }

    /// <summary>Gets what errors call the server.</summary>
    protected abstract string Backend { get; }

    private protected abstract SharedServer Shared { get; }

    private IQueue<Document> Documents => _services.GetRequiredService<IQueue<Document>>();

    private IQueue Queue => Documents.Untyped;

    public async Task InitializeAsync()
    {
        await StartServerAsync();
        var services = new ServiceCollection();
        Use(services.AddPipeline()).UseJson(DocumentJson.Default).AddQueue<Document>("documents");
        _services = services.BuildServiceProvider();
        for (var i = 0; i < Good; i++)
        {
            _folder.Write($"{i}.txt", $"document number {i}");
        }

        _folder.Write("empty.txt", "");
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await EndServerAsync();
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
        _temporary.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Two_processes_store_each_document_once_between_them()
    {
        // While the test holds a message, neither finds the queue empty; so the first cannot end before the second has come.
        await Documents.EnqueueAsync(new Document("held"));
        var held = (await Queue.ReceiveAsync(1, TimeSpan.FromMinutes(10), TimeSpan.Zero)).Single();
        using var first = Start("number");
        using var second = Start("number");
        await Waiting.UntilAsync(async () => (await Queue.GetStatsAsync()).TotalEnqueued >= 1 + Good + 1 + (2 * Specimens), "both to have enqueued");
        await Queue.CompleteAsync(held.Receipt);

        var ends = await Task.WhenAll(first.WaitAsync(), second.WaitAsync());

        ends.Should().OnlyContain(end => end.ExitCode == 0 && end.Error == "");
        var stats = await Queue.GetStatsAsync();
        const int Stored = Good + (2 * Specimens);
        stats.Should().BeEquivalentTo(new { TotalEnqueued = 1 + Stored + 1L, TotalCompleted = 1 + Stored, Dead = 1, Depth = 0 }, "each document was enqueued once");
        stats.TotalFailures.Should().Be(5, "the empty file is refused, each damaged one, and each flaky one fails once, whoever reads it");
        var counts = ends.Select(end => QuickstartProcess.Counts(end.Output)).ToList();
        counts.Sum(count => count.Own).Should().Be(Stored, "no document is stored by both");
        counts.Should().OnlyContain(count => count.Processes == 2);
        counts.Max(count => count.All).Should().Be(1 + Stored, "who is last counts all, and the test's own");
        ends.Should().OnlyContain(end => end.Output.Contains("by its id: it is now stored", StringComparison.Ordinal), "each mends its own");
        Directory.GetFileSystemEntries(_temporary.Path, "pipeline-quickstart-*").Should().BeEmpty();
    }

    [Fact]
    public async Task A_run_after_the_end_of_another_handles_every_document_anew()
    {
        var first = await RunAsync();
        var second = await RunAsync();

        foreach (var run in (QuickstartResult[])[first, second])
        {
            run.Should().BeEquivalentTo(new { Documents = Good + Specimens, DocumentsOfAll = Good + Specimens, Processes = 1, Retries = 1 });
            run.DeadLetters.Should().HaveCount(2, "those of an earlier run are not its own");
        }

        (await Queue.GetStatsAsync()).Should().BeEquivalentTo(new { TotalCompleted = 2 * (Good + Specimens), Dead = 2 });
    }

    [Fact]
    public async Task A_run_whose_process_was_stopped_is_gone_on_with()
    {
        var runs = new SharedRuns(_services.GetRequiredService<IStateStore>(), Documents);
        var stopped = await runs.JoinAsync(Corpus.Find(_folder.Path), CancellationToken.None);
        var path = Path.Combine(_folder.Path, "0.txt");
        await Documents.EnqueueAsync(new Document(path), new EnqueueOptions { DeduplicationKey = $"{stopped.Id}/{PathKey.Of(path)}" });
        var done = (await Queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.Zero)).Single();
        await Queue.CompleteAsync(done.Receipt);

        var next = await RunAsync();

        next.Should().BeEquivalentTo(new { Documents = Good - 1 + Specimens, DocumentsOfAll = Good + Specimens, Processes = 2 });
        _output.ToString().Should().Contain($"1 of {Good + 1} files had been enqueued already").And.Contain("who starts now begins the next one");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_in_one_line()
    {
        await StopServerAsync();
        using var process = Start("number");

        var (exitCode, _, error) = await process.WaitAsync();

        exitCode.Should().Be(1);
        error.TrimEnd().Should().Match($"{Backend} did not answer*Start {Backend}, or correct its address.").And.NotContain("\n");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1, "")]
    [InlineData(2, "localhost:6379,nonsense=1")]
    public async Task A_server_that_cannot_be_one_is_an_error(int exitCode, params string[] server) =>
        (await CommandLine.RunAsync([_folder.Path, Argument, .. server], Terminal.Plain(_output))).Should().Be(exitCode);

    [Fact]
    public async Task Two_servers_are_an_error() =>
        (await CommandLine.RunAsync([_folder.Path, "--redis", "a", "--postgres", "Host=a"], Terminal.Plain(_output))).Should().Be(1);

    [Fact]
    public async Task The_doctor_looks_at_the_server()
    {
        await CommandLine.RunAsync(["--doctor", Argument, Server, "--only", "*.reachable"], Terminal.Plain(_output));

        _output.ToString().Should().Contain($"{Backend} answers.");
    }

    protected abstract IPipelineBuilder Use(IPipelineBuilder pipeline);

    protected abstract Task StartServerAsync();

    protected abstract Task StopServerAsync();

    protected abstract Task EndServerAsync();

    private QuickstartProcess Start(string question) => QuickstartProcess.Start(_temporary, _folder.Path, question, Argument, Server);

    private Task<QuickstartResult> RunAsync() =>
        Program.RunAsync(Corpus.Find(_folder.Path), ["number"], Terminal.Plain(_output), CancellationToken.None, server: Shared);
}
