using System.Runtime;

namespace Pipeline.Diagnostics;

/// <summary>What the doctor asks the process and its machine.</summary>
internal sealed record ProcessFacts
{
    /// <summary>How much memory the process may use: the container's limit where there is one.</summary>
    public required long AvailableMemoryBytes { get; init; }

    /// <summary>How much of the machine's or container's memory was in use when memory was collected last.</summary>
    public required long MemoryLoadBytes { get; init; }

    /// <summary>From which load on the garbage collector works harder.</summary>
    public required long HighMemoryLoadBytes { get; init; }

    public required int Processors { get; init; }

    public required bool IsServerGC { get; init; }

    /// <summary>How many work items wait for a thread.</summary>
    public required long QueuedWorkItems { get; init; }

    public required int Threads { get; init; }

    /// <summary>How many bytes are free on the disk of a folder, which need not exist yet; <see langword="null"/> where that is not known.</summary>
    public required Func<string, long?> FreeBytes { get; init; }

    public static ProcessFacts Read()
    {
        var memory = GC.GetGCMemoryInfo();
        return new ProcessFacts
        {
            AvailableMemoryBytes = memory.TotalAvailableMemoryBytes,
            MemoryLoadBytes = memory.MemoryLoadBytes,
            HighMemoryLoadBytes = memory.HighMemoryLoadThresholdBytes,
            Processors = Environment.ProcessorCount,
            IsServerGC = GCSettings.IsServerGC,
            QueuedWorkItems = ThreadPool.PendingWorkItemCount,
            Threads = ThreadPool.ThreadCount,
            FreeBytes = FreeBytesOf,
        };
    }

    private static long? FreeBytesOf(string folder)
    {
        try
        {
            // The mount point is asked, not the root: a volume of a container has a size of its own.
            var path = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
            var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            return DriveInfo.GetDrives()
                .Where(drive => path.StartsWith(drive.Name.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, comparison) && drive.IsReady)
                .MaxBy(static drive => drive.Name.Length)?.AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
