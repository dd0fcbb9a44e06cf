namespace Pipeline.Admin;

/// <summary>A folder of a test's own, with a settings file that is not there yet.</summary>
internal sealed class SettingsFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("pipeline-settings-").FullName;

    public string File => Path.Combine(_path, "settings.json");

    public string[] Names => [.. Directory.GetFileSystemEntries(_path).Select(static path => Path.GetFileName(path))];

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
