namespace Pipeline.Admin;

/// <summary>What the administration may change.</summary>
/// <remarks>Bound from <c>Admin</c> of the edge's configuration section. Read once, at the start.</remarks>
public sealed class AdminOptions
{
    /// <summary>
    /// The JSON file into which an imported configuration writes its settings. The host reads it as one of its sources:
    /// <c>AddJsonFile(path, optional: true, reloadOnChange: true)</c>, last, so that it counts. A relative path is one from the content root. Default: none, and settings
    /// are not imported.
    /// </summary>
    public string? SettingsFile { get; set; }
}
