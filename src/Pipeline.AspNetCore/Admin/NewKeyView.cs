namespace Pipeline.Admin;

/// <summary>A key that was just made, and cannot be had again.</summary>
internal sealed record NewKeyView(string Name, string Key);
