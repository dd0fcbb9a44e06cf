namespace Pipeline.Admin;

/// <summary>What became of a setting that differed, and whether it counts only from the next start on.</summary>
internal sealed record SettingView(string Path, SettingOutcome Outcome, bool? NeedsRestart);
