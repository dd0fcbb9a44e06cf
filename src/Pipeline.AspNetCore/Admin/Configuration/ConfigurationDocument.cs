using System.Text.Json;

namespace Pipeline.Admin;

/// <summary>A configuration that is exported or imported. See <c>docs/formats.md</c>.</summary>
internal sealed record ConfigurationDocument
{
    public const string FormatName = "pipeline-configuration";
    public const int CurrentVersion = 1;

    public required string Format { get; init; }

    public required int Version { get; init; }

    public DateTimeOffset? ExportedAt { get; init; }

    public string? Application { get; init; }

    public string? Suite { get; init; }

    /// <summary>Nested as in <c>appsettings.json</c>.</summary>
    public JsonElement? Settings { get; init; }

    /// <summary>The paths of settings that were there and are not in the document. For its readers; an import does not look at them.</summary>
    public IReadOnlyList<string>? Omitted { get; init; }

    public IReadOnlyList<ConfigurationKey?>? Keys { get; init; }
}
