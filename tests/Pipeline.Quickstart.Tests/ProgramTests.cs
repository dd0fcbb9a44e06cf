using FluentAssertions;
using Quickstart.Display;
using Quickstart.Documents;
using Spectre.Console;
using Xunit;

namespace Quickstart;

/// <summary>Runs the whole program over a folder.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly IAnsiConsole _console;

    public ProgramTests() => _console = Terminal.Plain(_output);

    private string Output => _output.ToString();

    [Fact]
    public async Task Good_documents_are_stored_bad_ones_are_dead_and_the_damaged_one_is_mended_and_redriven()
    {
        _folder.Write("a.md", "The otter sleeps afloat.");
        _folder.Write("sub folder/b.txt.gz", TemporaryFolder.Gzip("The heron stands on one leg."u8.ToArray()));
        var empty = _folder.Write("empty.txt", "");
        var binary = _folder.Write("image.png", [0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 1]);
        var cutOff = _folder.Write("c.gz", TemporaryFolder.Gzip("The bittern booms."u8.ToArray())[..^9]);

        var result = await RunAsync(["Where does the heron stand?"]);

        result.DeadLetters.Select(dead => (dead.Path, dead.Reason, dead.Step, dead.Attempts)).Should().Contain(
        [
            (empty, "empty", "read", 1),
            (binary, "binary, not text", "read", 1),
            (cutOff, "damaged: its gzip data is cut off", "read", 1),
        ]);
        var damaged = result.Redriven.Should().ContainSingle().Which;
        result.DeadLetters.Should().HaveCount(4).And.Contain(dead => dead.Path == damaged);
        result.Should().BeEquivalentTo(new { Documents = 4, Chunks = 4, Retries = 1, IsInterrupted = false });
        Output.Should().Contain("lighthouse-notes.md.gz is written again").And.Contain("it is now stored");
        Output.Should().MatchRegex(@"(1\.00|0\.\d\d) sub folder/b\.txt\.gz:1").And.Contain("The heron stands on one leg.");
    }

    [Fact]
    public async Task The_second_ask_is_answered_from_the_cache_and_the_greedy_tenant_meets_its_limit()
    {
        _folder.Write("a.md", "The heron stands on one leg.");

        var result = await RunAsync(["Where does the heron stand?", "On which leg does the heron stand?"]);

        result.AnswersFromCache.Should().Be(2);
        result.Tenants.Select(tenant => (tenant.Tenant, tenant.Answered, tenant.Refused)).Should().Equal(("acme", Program.QuestionsPerTenant, 4), ("globex", 1, 0));
        Output.Should().Contain("Simulated model: The documents say:").And.Contain("Asked again: from the cache in");
        Output.Should().Contain("Try again in 60 s.");
    }

    [Fact]
    public async Task It_ends_with_tokens_cost_saving_and_what_was_learned()
    {
        _folder.Write("a.md", "The heron stands on one leg.");

        var result = await RunAsync(["Where does the heron stand?", "On which leg does the heron stand?"]);

        var own = result.Costs.Single(row => row.Tenant == "default");
        own.Should().BeEquivalentTo(new { Calls = 4L, UnpricedCalls = 0L });
        own.Cost.Should().BePositive().And.Be(own.CostAvoided, "each question was asked twice, and paid for once");
        result.Costs.Single(row => row.Tenant == "acme").Should().BeEquivalentTo(new { Calls = 24L, UnpricedCalls = 0L }, "what a limit refused costs nothing");
        result.LearningsRecalled.Should().BePositive();
        result.Outcomes.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Step = "answer", Intervention = "nearest-passages", Runs = 2L, Open = 0L });
        Output.Should().Contain("simulated cost").And.Contain("simulated saving").And.Contain("success rate");
    }

    [Fact]
    public async Task The_doctor_says_what_is_wired_and_has_no_errors()
    {
        (await CommandLine.RunAsync(["--doctor"], _console)).Should().Be(0);

        Output.Should().Contain("queue.durability").And.Contain("0 errors");
    }

    [Theory]
    [InlineData("--endpoint", "somewhere", "--model", "m")]
    [InlineData("--endpoint", "http://127.0.0.1:1/v1")]
    public async Task An_endpoint_that_cannot_be_one_is_an_error(params string[] args) =>
        (await CommandLine.RunAsync([_folder.Path, .. args], _console)).Should().NotBe(0);

    [Fact]
    public async Task An_endpoint_that_does_not_answer_ends_no_run()
    {
        _folder.Write("a.md", "The heron stands on one leg.");

        (await CommandLine.RunAsync([_folder.Path, "Where does the heron stand?", "--endpoint", "http://127.0.0.1:1/v1", "--model", "m"], _console)).Should().Be(0);

        Output.Should().Contain("Model m: no answer.");
    }

    [Fact]
    public async Task More_documents_than_the_queue_has_room_for_are_all_stored()
    {
        for (var i = 0; i < 600; i++)
        {
            _folder.Write($"{i}.txt", $"document number {i}");
        }

        (await RunAsync(["number"])).Documents.Should().Be(602);
    }

    [Fact]
    public async Task An_empty_folder_leaves_the_documents_of_the_program_itself() =>
        (await RunAsync([])).Should().BeEquivalentTo(new { Documents = 2, Retries = 1 });

    [Fact]
    public async Task Names_and_questions_are_shown_as_they_are()
    {
        _folder.Write("[bold].md", "a [red]marked up[/] text");

        await RunAsync(["[red]marked up[/]"]);

        Output.Should().Contain("[bold].md:1").And.Contain("── [red]marked up[/] ──");
    }

    [Fact]
    public async Task Without_questions_it_asks_its_own()
    {
        var corpus = Corpus.Find(_folder.Path);

        await RunAsync([]);

        corpus.Questions.Should().HaveCount(3).And.OnlyContain(question => Output.Contains(question, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_ends_without_an_error()
    {
        _folder.Write("a.md", "text");

        var result = await Program.RunAsync(Corpus.Find(_folder.Path), [], _console, new CancellationToken(canceled: true));

        result.IsInterrupted.Should().BeTrue();
        Output.Should().Contain("Stopped: 0 documents are stored");
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named_with_the_mend() =>
        FluentActions.Invoking(() => Corpus.Find(Path.Combine(_folder.Path, "gone")))
            .Should().Throw<DirectoryNotFoundException>().WithMessage("The argument 'folder' is *gone*does not exist. Give *");

    [Fact]
    public void An_empty_name_is_no_folder() => FluentActions.Invoking(() => Corpus.Find("")).Should().Throw<DirectoryNotFoundException>();

    [Fact]
    public void A_file_in_place_of_a_folder_is_named_with_the_mend()
    {
        var file = _folder.Write("file.txt", "text");

        FluentActions.Invoking(() => Corpus.Find(file)).Should().Throw<DirectoryNotFoundException>().WithMessage("*is a file, not a folder. Give *");
    }

    [Fact]
    public async Task The_exit_code_tells_a_good_run_from_a_wrong_argument()
    {
        (await CommandLine.RunAsync([_folder.Path, "a question"], _console)).Should().Be(0);
        (await CommandLine.RunAsync([Path.Combine(_folder.Path, "gone")], _console)).Should().Be(2);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    private Task<QuickstartResult> RunAsync(string[] questions) =>
        Program.RunAsync(Corpus.Find(_folder.Path), questions, _console, CancellationToken.None);
}
