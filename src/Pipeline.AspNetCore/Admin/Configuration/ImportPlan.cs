namespace Pipeline.Admin;

/// <summary>What an import does with settings, all of which are valid.</summary>
/// <param name="Settings">What becomes of each that differs.</param>
/// <param name="Content">What the file is to hold; <see langword="null"/> where it stays as it is.</param>
internal sealed record ImportPlan(IReadOnlyList<SettingView> Settings, Dictionary<string, string?>? Content);
