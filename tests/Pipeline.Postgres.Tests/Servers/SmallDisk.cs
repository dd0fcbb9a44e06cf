using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Postgres.Servers;

/// <summary>A small disk in memory that one server sees and that is gone with it: a mount in a name space of the server's own.</summary>
/// <remarks>Root mounts it, as other users do where the system lets them have name spaces (<c>kernel.unprivileged_userns_clone</c>); a container has to have CAP_SYS_ADMIN.</remarks>
internal static class SmallDisk
{
    private const string Script = """
        mount -t tmpfs -o "size=$1,mode=0700,uid=$(id -u "$2"),gid=$(id -g "$2")" tmpfs "$3" || {
            echo "This system lets nobody mount a disk of $1 for the test of a full one. Run the tests as root, in a container with CAP_SYS_ADMIN." >&2
            exit 1
        }
        shift 3
        exec "$@"
        """;

    /// <summary>Returns what starts a server that sees the disk.</summary>
    public static ProcessStartInfo Start(string folder, string size, IReadOnlyList<string> command)
    {
        var path = Directory.CreateDirectory(PathIn(folder)).FullName;
        var isRoot = Environment.IsPrivilegedProcess;
        string[] space = isRoot ? ["unshare", "--mount"] : ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"];
        string[] mount = [.. space, "--", "sh", "-c", Script, "small-disk", size, isRoot ? PostgresProgram.User : Environment.UserName, path];

        // The mount is root's work, the server is its user's.
        var start = PostgresProgram.Start(folder, command);
        string[] inner = [start.FileName, .. start.ArgumentList];
        start.FileName = mount[0];
        start.ArgumentList.Clear();
        foreach (var word in mount.Skip(1).Concat(inner))
            start.ArgumentList.Add(word);
        return start;
    }

    /// <summary>Returns where the server sees the disk.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "small");

    /// <summary>Returns where others see it while the server runs.</summary>
    public static string PathSeenFrom(int processId, string folder) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/root{PathIn(folder)}");
}
