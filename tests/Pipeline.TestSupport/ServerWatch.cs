using System.Diagnostics;
using System.Globalization;

namespace Pipeline.TestSupport;

/// <summary>Ends the servers that this process started and removes their data, however this process ends, by SIGKILL too.</summary>
/// <remarks>
/// A shell reads the process ids from a pipe. When this process is gone, the pipe is closed: the shell ends what is left. It asks first,
/// since a PostgreSQL that is killed leaves its shared memory behind. The kernel's own parent-death signal will not do: it is sent when the
/// thread that started the child ends, and that is one of the thread pool's.
/// </remarks>
public static class ServerWatch
{
    private const string Script = """
        exec >/dev/null 2>&1
        trap '' INT TERM HUP
        running=' '
        while read -r sign pid; do
            case $sign in
                +) running="$running$pid " ;;
                -) running="${running%% "$pid" *} ${running#* "$pid" }" ;;
            esac
        done
        for pid in $running; do kill -QUIT "$pid"; kill -CONT "$pid"; done
        patience=100
        for pid in $running; do
            while kill -0 "$pid" && [ "$patience" -gt 0 ]; do patience=$((patience - 1)); sleep 0.1; done
            kill -9 "$pid"
        done
        rm -rf -- "$1"
        """;

    private static readonly Lock Gate = new();
    private static readonly Lazy<(string Folder, StreamWriter Pipe)> Started = new(Start);

    /// <summary>Makes a folder that is removed when this process ends.</summary>
    public static string CreateFolder() => Directory.CreateDirectory(Path.Combine(Started.Value.Folder, Path.GetRandomFileName())).FullName;

    public static void Add(int processId) => Tell('+', processId);

    public static void Remove(int processId) => Tell('-', processId);

    private static void Tell(char sign, int processId)
    {
        lock (Gate)
        {
            Started.Value.Pipe.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sign} {processId}"));
            Started.Value.Pipe.Flush();
        }
    }

    /// <summary>Starts a shell that, when its input ends, kills the processes that it was told of and removes a folder.</summary>
    public static Process StartShell(string folder) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "server-watch", folder]) { UseShellExecute = false, RedirectStandardInput = true })!;

    private static (string Folder, StreamWriter Pipe) Start()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-test-").FullName;

        // Servers that may not run as root pass through it to folders of their own.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return (folder, StartShell(folder).StandardInput);
    }
}
