namespace Snippets;

internal sealed record Document(string Path, string Text = "");
