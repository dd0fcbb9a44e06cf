using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether the file of keys can be read, by the process and by nobody else.</summary>
internal sealed class ApiKeyFileCheck(ApiKeyRing ring) : ApiKeyCheck("http.api-keys-file")
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        if (ring.FilePath is not { } path)
        {
            return new(DoctorResult.Ok("There is no file of API keys."));
        }

        if (ApiKeyFile.Read(path).Problem is { } problem)
        {
            return new(DoctorResult.Error(problem, "Until then the keys stay as they were when it could be read last."));
        }

        return new(!OperatingSystem.IsWindows() && (ModeOf(path) & Others) != UnixFileMode.None
            ? DoctorResult.Warning(
                $"The file of API keys, '{path}', can be read or changed by users that it is not meant for.",
                $"chmod 600 {path}, as the user that the process runs as; of a secret in Kubernetes, set defaultMode to 0400.")
            : DoctorResult.Ok($"The file of API keys, '{path}', can be read by its user alone."));
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static UnixFileMode ModeOf(string path) => File.GetUnixFileMode(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
}
