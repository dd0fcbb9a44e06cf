using FluentAssertions;
using Quickstart.Documents;
using Xunit;

namespace Quickstart;

public sealed class FolderWalkerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Files_are_found_in_every_folder_but_those_that_tools_make()
    {
        string[] expected = [_folder.Write("a/b/c.txt", "c"), _folder.Write("a.txt", "a")];
        foreach (var made in (string[])[".git/x", "bin/x", "a/obj/x", "artifacts/x"])
        {
            _folder.Write(made, "x");
        }

        List(_folder.Path).Files.Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void A_link_that_leads_in_a_circle_is_not_followed()
    {
        var file = _folder.Write("a/file.txt", "text");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "a", "loop"), _folder.Path);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "broken"), "nowhere");

        List(_folder.Path).Should().BeEquivalentTo(new FolderListing([file], Links: 2, UnreadableFolders: 0));
    }

    [Fact]
    public void A_folder_that_cannot_be_looked_into_is_counted()
    {
        var file = _folder.Write("file.txt", "text");

        List(_folder.Path, Path.Combine(_folder.Path, "gone"))
            .Should().BeEquivalentTo(new FolderListing([file], Links: 0, UnreadableFolders: 1));
    }

    public void Dispose() => _folder.Dispose();

    private static FolderListing List(params string[] folders) => FolderWalker.List(folders, CancellationToken.None);
}
