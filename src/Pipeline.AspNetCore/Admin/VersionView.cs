namespace Pipeline.Admin;

/// <summary>Which program runs.</summary>
/// <param name="Name">The application's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Pipeline">The version of this package.</param>
/// <param name="Runtime">The runtime and its version.</param>
internal sealed record VersionView(string Name, string? Version, string? Pipeline, string Runtime);
