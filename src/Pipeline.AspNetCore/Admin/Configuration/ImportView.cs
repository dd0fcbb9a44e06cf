namespace Pipeline.Admin;

/// <summary>What an import has done, or would do.</summary>
/// <param name="DryRun">Whether nothing was done.</param>
/// <param name="IsComplete">Whether all of the document's keys are here now: there was no conflict.</param>
/// <param name="Settings">The settings that differed.</param>
/// <param name="Keys">The keys of the document.</param>
internal sealed record ImportView(bool DryRun, bool IsComplete, IReadOnlyList<SettingView> Settings, IReadOnlyList<RestoredKeyView> Keys);
