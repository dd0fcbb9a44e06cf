using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Postgres.Servers;

/// <summary>The newest PostgreSQL of this machine, where Debian's packages put it.</summary>
internal static class PostgresProgram
{
    /// <summary>The user that servers run as where the tests run as root, which PostgreSQL refuses to.</summary>
    public const string User = "postgres";

    private static readonly Lazy<int> Newest = new(FindNewest);
    private static readonly Lazy<string> Stripped = new(StripVector);

    /// <summary>Gets the first number of its version.</summary>
    /// <exception cref="InvalidOperationException">It is not installed; the message has the command that installs it.</exception>
    public static int MajorVersion => Newest.Value;

    /// <summary>Gets the server without pgvector: to it, the extension is not installed on this machine.</summary>
    /// <remarks>PostgreSQL looks for its extensions beside its own program, so this is a copy of that beside all extensions but one.</remarks>
    public static string WithoutVector => Stripped.Value;

    private static string Version => MajorVersion.ToString(CultureInfo.InvariantCulture);

    private static string Libraries => $"/usr/lib/postgresql/{Version}";

    private static string Shared => $"/usr/share/postgresql/{Version}";

    /// <summary>Returns the path of a program of the server's, such as <c>initdb</c>.</summary>
    public static string PathOf(string program) => $"{Libraries}/bin/{program}";

    /// <summary>Returns what starts a program as the user that servers run as, in English, without settings of the environment.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="command">The program and its arguments.</param>
    public static ProcessStartInfo Start(string folder, params IReadOnlyList<string> command)
    {
        string[] words = [.. AsUser, .. command];
        var start = new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = folder, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Gets the words before a command that run it as the user that servers run as.</summary>
    public static IReadOnlyList<string> AsUser { get; } =
        Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", "--"] : [];

    /// <summary>Runs a program to its end.</summary>
    /// <param name="start">What starts it.</param>
    /// <param name="input">What it reads.</param>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    public static async Task RunAsync(ProcessStartInfo start, string input = "")
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'{start.FileName} {string.Join(' ', start.ArgumentList)}' ended with {process.ExitCode}:\n{await output}{await error}");
    }

    /// <summary>Makes a folder that belongs to the user that servers run as, and is removed when this process ends.</summary>
    public static async Task<string> CreateFolderAsync()
    {
        var folder = ServerWatch.CreateFolder();
        if (Environment.IsPrivilegedProcess)
            await RunAsync(new ProcessStartInfo("chown", [$"{User}:{User}", folder]));
        return folder;
    }

    private static int FindNewest() =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .Where(folder => File.Exists(Path.Combine(folder, "bin", "initdb")))
            .Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max() is > 0 and var newest
            ? newest
            : throw new InvalidOperationException("PostgreSQL is not installed on this machine. Install it with: eng/install-test-needs.sh");

    private static string StripVector()
    {
        var root = ServerWatch.CreateFolder();
        var extensions = $"{root}{Shared}/extension";
        Directory.CreateDirectory($"{root}{Libraries}/bin");
        Directory.CreateDirectory(extensions);
        Directory.CreateSymbolicLink($"{root}{Libraries}/lib", $"{Libraries}/lib");
        foreach (var entry in Directory.GetFileSystemEntries(Shared).Where(entry => Path.GetFileName(entry) is not "extension"))
            File.CreateSymbolicLink($"{root}{entry}", entry);
        foreach (var entry in Directory.GetFiles($"{Shared}/extension").Where(entry => !Path.GetFileName(entry).StartsWith("vector", StringComparison.Ordinal)))
            File.CreateSymbolicLink($"{root}{entry}", entry);

        var program = $"{root}{PathOf("postgres")}";
        File.Copy(PathOf("postgres"), program);
        return program;
    }
}
