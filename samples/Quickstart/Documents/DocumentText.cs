namespace Quickstart.Documents;

/// <summary>What a file says.</summary>
/// <param name="Content">The text.</param>
/// <param name="Encoding">How it was encoded, as far as the bytes tell.</param>
/// <param name="Bytes">How long the file is, compressed if it is.</param>
internal sealed record DocumentText(string Content, string Encoding, long Bytes);
