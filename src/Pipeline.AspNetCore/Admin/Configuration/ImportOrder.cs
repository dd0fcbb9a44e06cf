using Pipeline.Authentication;

namespace Pipeline.Admin;

/// <summary>What an import is to do, read and well formed.</summary>
/// <param name="Settings">The document's settings by their paths; <see langword="null"/> where it has none, or they are left aside.</param>
/// <param name="Keys">The document's keys.</param>
/// <param name="Replaces">Whether keys replace others of their names.</param>
/// <param name="IsTrial">Whether nothing is done.</param>
internal sealed record ImportOrder(Dictionary<string, string?>? Settings, IReadOnlyList<StoredApiKey> Keys, bool Replaces, bool IsTrial);
