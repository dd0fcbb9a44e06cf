using System.Text;

namespace Pipeline.Conformance.Queues.History;

/// <summary>
/// The events of one process in a file of its own, which outlive the process: what <see cref="Append"/> has written is there even if the
/// process is killed with SIGKILL in the next moment. The files of all processes are read together and judged as one history.
/// </summary>
/// <remarks>Thread safe. It does not outlive the machine: nothing is synced.</remarks>
public sealed class HistoryFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;

    /// <summary>Opens a file to append to, and makes it where there is none.</summary>
    /// <param name="path">The file.</param>
    public HistoryFile(string path) =>
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Writes events, with one call to the operating system.</summary>
    /// <param name="events">The events. <see cref="HistoryEvent.Began"/> and <see cref="HistoryEvent.Ended"/> are of a clock that all processes share.</param>
    public void Append(params IEnumerable<HistoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var lines = new StringBuilder();
        foreach (var one in events)
        {
            lines.Append(one.Format()).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(lines.ToString());
        lock (_gate)
        {
            _file.Write(bytes);
        }
    }

    /// <summary>Reads a file. A last line that is not whole is passed over: its writer was killed while it wrote, so nobody acted on it yet.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The events, in the order in which they were written.</returns>
    /// <exception cref="FormatException">A whole line is no event.</exception>
    public static IEnumerable<HistoryEvent> Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var isWhole = EndsWithLine(path);
        string? line = null;
        while (reader.ReadLine() is { } next)
        {
            if (line is not null)
            {
                yield return HistoryEvent.Parse(line);
            }

            line = next;
        }

        if (line is not null && isWhole)
        {
            yield return HistoryEvent.Parse(line);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static bool EndsWithLine(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (file.Length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
