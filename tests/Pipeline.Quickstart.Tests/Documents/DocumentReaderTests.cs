using FluentAssertions;
using Quickstart.Documents;
using Xunit;

namespace Quickstart;

public sealed class DocumentReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_compressed_file_is_read_whatever_its_name_is()
    {
        var path = _folder.Write("changelog", TemporaryFolder.Gzip("compressed"u8.ToArray()));

        var text = await DocumentReader.ReadAsync(path, CancellationToken.None);

        text.Content.Should().Be("compressed");
        text.Bytes.Should().Be(new FileInfo(path).Length);
    }

    [Fact]
    public async Task An_empty_file_is_refused() => (await RefusalOf(_folder.Write("empty.txt", ""))).Should().Be("empty");

    [Fact]
    public async Task A_file_over_the_bound_is_refused_and_one_at_the_bound_is_read()
    {
        var atBound = new string('a', DocumentReader.MaxBytes);

        (await DocumentReader.ReadAsync(_folder.Write("at.txt", atBound), CancellationToken.None)).Content.Should().HaveLength(DocumentReader.MaxBytes);
        (await RefusalOf(_folder.Write("over.txt", atBound + "a"))).Should().Be("longer than 8 MiB");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> RefusalOf(string path) =>
        (await FluentActions.Awaiting(() => DocumentReader.ReadAsync(path, CancellationToken.None)).Should().ThrowAsync<InvalidDataException>()).Which.Message;
}
