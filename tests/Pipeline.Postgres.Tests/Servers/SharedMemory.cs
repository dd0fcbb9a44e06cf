using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Postgres.Servers;

/// <summary>Removes the scrap of System V shared memory by which PostgreSQL knows that it runs once only. One that is killed leaves it to the system.</summary>
internal static class SharedMemory
{
    private const int Remove = 0;

    /// <summary>Removes what a server that was killed, and runs no more, left for its data.</summary>
    public static void RemoveLeftBy(string data)
    {
        // The seventh line has the key and the id; a server that ended in good order has removed file and memory.
        var file = Path.Combine(data, "postmaster.pid");
        if (File.Exists(file) && File.ReadLines(file).ElementAtOrDefault(6)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var id])
            _ = Control(int.Parse(id, CultureInfo.InvariantCulture), Remove, 0);
    }

    [DllImport("libc", EntryPoint = "shmctl")]
    private static extern int Control(int id, int command, nint buffer);
}
