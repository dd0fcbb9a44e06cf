using FluentAssertions;
using Pipeline.Queues;
using Pipeline.Steps;
using Quickstart.Documents;
using Quickstart.Steps;
using Xunit;

namespace Quickstart;

public sealed class ReadStepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("gone.txt")]
    [InlineData("gone/gone.txt")]
    public async Task A_file_that_is_not_there_is_not_worth_a_retry(string name) =>
        (await RunAsync(Path.Combine(_folder.Path, name)).Should().ThrowAsync<UnprocessableMessageException>()).WithMessage("not found");

    [Fact]
    public async Task A_file_that_another_program_holds_is_worth_a_retry()
    {
        var path = _folder.Write("held.txt", "text");
        using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        await RunAsync(path).Should().ThrowAsync<IOException>();
    }

    public void Dispose() => _folder.Dispose();

    private static Func<Task> RunAsync(string path) =>
        FluentActions.Awaiting(() => new ReadStep().ExecuteAsync(new Document(path), new ChainContext("ingest", "read"), CancellationToken.None).AsTask());
}
