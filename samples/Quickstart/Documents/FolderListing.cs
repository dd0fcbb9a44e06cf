namespace Quickstart.Documents;

/// <summary>The files below some folders.</summary>
/// <param name="Files">Their paths.</param>
/// <param name="Links">How many symbolic links were not followed.</param>
/// <param name="UnreadableFolders">How many folders could not be looked into.</param>
internal sealed record FolderListing(IReadOnlyList<string> Files, int Links, int UnreadableFolders);
