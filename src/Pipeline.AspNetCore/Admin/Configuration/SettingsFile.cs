using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Admin;

/// <summary>The file into which imported settings are written.</summary>
/// <param name="path">Its full path.</param>
internal sealed class SettingsFile(string path)
{
    public string Path => path;

    /// <summary>The settings that it holds; none where it is not there.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read it.</exception>
    /// <exception cref="InvalidDataException">It is no JSON of settings.</exception>
    public Dictionary<string, string?> Read()
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return SettingsJson.Read(stream);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw new InvalidDataException("it is no JSON of settings", exception);
        }
    }

    /// <summary>Replaces its content. Whoever dies in the middle leaves the old one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write it.</exception>
    public void Write(IReadOnlyDictionary<string, string?> settings)
    {
        var target = Target();
        var temporary = TemporaryOf(target);
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                if (!OperatingSystem.IsWindows() && File.Exists(target))
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                }

                stream.Write(SettingsJson.Write(settings).Span);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Finds whether it could be written, by a file beside it that is removed at once.</summary>
    /// <exception cref="IOException">It could not.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not.</exception>
    public void Probe()
    {
        using var probe = new FileStream(TemporaryOf(Target()), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
    }

    /// <summary>The source by which the host reads it; <see langword="null"/> where it does not, or does not show.</summary>
    public FileConfigurationSource? FindSource(IConfiguration? host) => (host as IConfigurationRoot)?.Providers
        .OfType<FileConfigurationProvider>()
        .Select(static provider => provider.Source)
        .FirstOrDefault(source => source.Path is { } name && string.Equals(source.FileProvider?.GetFileInfo(name).PhysicalPath, path, StringComparison.Ordinal));

    private static string TemporaryOf(string target) => $"{target}.{Guid.NewGuid():N}.tmp";

    // A link stays one: what it leads to is replaced.
    private string Target() => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
