using FluentAssertions;
using Xunit;

namespace Pipeline.Learning;

public sealed class SnapshotFileTests : IDisposable
{
    private readonly SnapshotFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // What is left behind is what a process leaves that is killed at that moment.
    [Fact]
    public void Wherever_the_writing_ends_the_old_snapshot_is_whole()
    {
        new SnapshotFile(_folder.Path).Replace([], CancellationToken.None);
        var old = File.ReadAllBytes(_folder.Path);
        var length = SnapshotSamples.Write(SnapshotSamples.Contents).Length;

        for (var bytes = 0; bytes < length; bytes++)
        {
            var file = new SnapshotFile(_folder.Path, path => new FailingStream(new FileStream(path, FileMode.Create), bytes));
            var act = () => file.Replace(SnapshotSamples.Contents, CancellationToken.None);

            act.Should().Throw<IOException>().WithMessage("The disk is full.");
            File.ReadAllBytes(_folder.Path).Should().Equal(old, "the writing ended after {0} bytes", bytes);
            new FileInfo(_folder.Temporary).Length.Should().Be(bytes);
            new SnapshotFile(_folder.Path).Read().Should().BeEmpty();
        }

        new SnapshotFile(_folder.Path, path => new FailingStream(new FileStream(path, FileMode.Create), length)).Replace(SnapshotSamples.Contents, CancellationToken.None);
        new SnapshotFile(_folder.Path).Read().Should().HaveCount(1);
        File.ReadAllBytes(_folder.Backup).Should().Equal(old);
    }

    [Fact]
    public void Where_the_file_cannot_be_replaced_the_old_one_is_whole()
    {
        var file = new SnapshotFile(_folder.Path);
        file.Replace([], CancellationToken.None);
        Directory.CreateDirectory(_folder.Backup);

        var act = () => file.Replace(SnapshotSamples.Contents, CancellationToken.None);

        act.Should().Throw<Exception>().Which.Should().Match(e => e is IOException || e is UnauthorizedAccessException);
        file.Read().Should().BeEmpty();
    }

    [Fact]
    public void What_a_killed_process_left_behind_is_not_in_the_way()
    {
        var file = new SnapshotFile(_folder.Path);
        file.Replace([], CancellationToken.None);
        File.WriteAllText(_folder.Temporary, "half a snapshot");

        file.Read().Should().BeEmpty();
        file.Replace(SnapshotSamples.Contents, CancellationToken.None);

        file.Read().Should().HaveCount(1);
        File.Exists(_folder.Temporary).Should().BeFalse();
    }

    [Fact]
    public void A_cancelled_writing_leaves_the_file_as_it_was()
    {
        var file = new SnapshotFile(_folder.Path);
        file.Replace([], CancellationToken.None);

        var act = () => file.Replace(SnapshotSamples.Contents, new CancellationToken(canceled: true));

        act.Should().Throw<OperationCanceledException>();
        file.Read().Should().BeEmpty();
    }

    [Fact]
    public void A_missing_file_is_no_learnings_but_not_where_its_backup_is_there()
    {
        var file = new SnapshotFile(_folder.Path);
        file.Read().Should().BeNull();
        file.Replace([], CancellationToken.None);
        file.Replace(SnapshotSamples.Contents, CancellationToken.None);
        File.Delete(_folder.Path);

        var act = file.Read;

        act.Should().Throw<InvalidDataException>().WithMessage($"The learnings in '{_folder.Path}' are missing, and '{_folder.Backup}'*Copy it to that place*");
    }

    [Fact]
    public void A_damaged_file_is_refused_with_the_name_of_its_backup()
    {
        var file = new SnapshotFile(_folder.Path);
        file.Replace([], CancellationToken.None);
        file.Replace(SnapshotSamples.Contents, CancellationToken.None);
        File.WriteAllText(_folder.Path, "damaged");

        var act = file.Read;

        act.Should().Throw<InvalidDataException>().WithMessage($"*as '{_folder.Backup}' is, which held them before*");
    }

    [Fact]
    public void One_owner_at_a_time_has_the_file()
    {
        using var first = new SnapshotFile(_folder.Path);
        using var second = new SnapshotFile(_folder.Path);
        first.Acquire();
        var act = second.Acquire;

        act.Should().Throw<IOException>().WithMessage($"The learnings in '{_folder.Path}' cannot be taken*Give each a file of its own*");
        first.Dispose();

        act.Should().NotThrow();
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        using var file = new SnapshotFile(Path.GetDirectoryName(_folder.Path)!);
        var act = file.Acquire;

        act.Should().Throw<IOException>().WithMessage("*which is a folder. Give the path of a file.");
    }

    [Fact]
    public void A_missing_folder_is_made()
    {
        var path = Path.Combine(Path.GetDirectoryName(_folder.Path)!, "a", "b", "learnings.bin");
        using var file = new SnapshotFile(path);

        file.Acquire();
        file.Replace([], CancellationToken.None);

        File.Exists(path).Should().BeTrue();
    }
}
