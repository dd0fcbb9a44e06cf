namespace Pipeline.Learning;

/// <summary>A folder of one test, with the path of a snapshot in it.</summary>
internal sealed class SnapshotFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-learnings-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "learnings.bin");

    public string Backup => Path + ".bak";

    public string Temporary => Path + ".tmp";

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
