namespace Quickstart.Documents;

/// <summary>Lists the files below folders, without what version control and builds put there.</summary>
internal static class FolderWalker
{
    private static readonly string[] Skipped = [".git", "bin", "obj", "artifacts"];

    /// <summary>Lists the files; what it has found so far if it is cancelled.</summary>
    public static FolderListing List(IEnumerable<string> folders, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        var links = 0;
        var unreadable = 0;
        var pending = new Stack<DirectoryInfo>(folders.Select(folder => new DirectoryInfo(folder)));
        while (!cancellationToken.IsCancellationRequested && pending.TryPop(out var folder))
        {
            try
            {
                foreach (var entry in folder.EnumerateFileSystemInfos())
                {
                    // What a link leads to is found where it is, if it is here at all; followed, it could lead in a circle.
                    if (entry.LinkTarget is not null)
                    {
                        links++;
                    }
                    else if (entry is not DirectoryInfo child)
                    {
                        files.Add(entry.FullName);
                    }
                    else if (!Skipped.Contains(child.Name, StringComparer.Ordinal))
                    {
                        pending.Push(child);
                    }
                }
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                unreadable++;
            }
        }

        files.Sort(StringComparer.Ordinal);
        return new FolderListing(files, links, unreadable);
    }
}
