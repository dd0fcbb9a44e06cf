namespace Pipeline.Learning;

/// <summary>The file of a snapshot: read when it is whole, replaced whole, and held by one owner at a time.</summary>
/// <param name="path">The file.</param>
/// <param name="create">Makes the file that is then moved into its place; <see langword="null"/> for an ordinary one.</param>
internal sealed class SnapshotFile(string path, Func<string, Stream>? create = null) : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly string _backup = path + ".bak";
    private readonly string _temporary = path + ".tmp";
    private FileStream? _lock;

    public string Path => path;

    /// <summary>Takes the file for this owner alone.</summary>
    /// <exception cref="IOException">Another owner has it, or it is a folder.</exception>
    public void Acquire()
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"The learnings cannot be kept in '{path}', which is a folder. Give the path of a file.");
        }

        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        // A file of its own, since the snapshot's is another one with each replacement. It stays, since deleting it would race with the next owner.
        var lockPath = path + ".lock";
        try
        {
            _lock = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e)
        {
            throw new IOException(
                $"The learnings in '{path}' cannot be taken, as a rule since another suite or process has them ('{lockPath}'). "
                + "Give each a file of its own, or end the other first.",
                e);
        }
    }

    /// <summary>Reads the file.</summary>
    /// <returns>What it holds, or <see langword="null"/> where there is none.</returns>
    /// <exception cref="InvalidDataException">It cannot be read as what it should be, or it is missing and its backup is there.</exception>
    public IReadOnlyList<TenantContents>? Read()
    {
        if (!File.Exists(path))
        {
            return File.Exists(_backup)
                ? throw new InvalidDataException(
                    $"The learnings in '{path}' are missing, and '{_backup}', which held them before, is there. "
                    + "Copy it to that place to go on with it, or move it away to begin without learnings.")
                : null;
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
            return SnapshotReader.Read(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"The learnings in '{path}' cannot be read: the file {e.Message}. Put a whole one in its place"
                + (File.Exists(_backup) ? $", as '{_backup}' is, which held them before," : "")
                + " or move it away to begin without learnings.",
                e);
        }
    }

    /// <summary>Replaces the file. What it held before becomes its backup.</summary>
    /// <remarks>The new file is complete and on the disk before it takes the name, so whoever dies in the middle leaves the old one.</remarks>
    public void Replace(IReadOnlyList<TenantContents> tenants, CancellationToken cancellationToken)
    {
        using (var stream = create?.Invoke(_temporary) ?? new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize))
        {
            SnapshotWriter.Write(stream, tenants, cancellationToken);
            if (stream is FileStream file)
            {
                file.Flush(flushToDisk: true);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (File.Exists(path))
        {
            File.Replace(_temporary, path, _backup);
        }
        else
        {
            File.Move(_temporary, path);
        }
    }

    public void Dispose() => _lock?.Dispose();
}
