using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Redis.Servers;

/// <summary>The <c>redis-server</c> of this machine.</summary>
internal static partial class RedisProgram
{
    public const string FileName = "redis-server";

    private static readonly Lazy<int> Major = new(ReadMajorVersion);

    /// <summary>Gets the first number of its version.</summary>
    /// <exception cref="InvalidOperationException">It is not installed; the message has the command that installs it.</exception>
    public static int MajorVersion => Major.Value;

    private static int ReadMajorVersion()
    {
        Process program;
        try
        {
            program = Process.Start(new ProcessStartInfo(FileName, "--version") { UseShellExecute = false, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException(
                "redis-server is not on the PATH of this machine. Install it with: eng/install-test-needs.sh", exception);
        }

        using (program)
        {
            var version = Version().Match(program.StandardOutput.ReadToEnd());
            return int.Parse(version.Groups["major"].Value, CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex(@"v=(?<major>\d+)\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
