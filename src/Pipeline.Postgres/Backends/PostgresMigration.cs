namespace Pipeline.Backends;

/// <summary>A step of the schema's history. Never edited after its release.</summary>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Name">Its name, for instance <c>001_queues</c>.</param>
/// <param name="File">The embedded file.</param>
internal sealed record PostgresMigration(int Version, string Name, string File);
