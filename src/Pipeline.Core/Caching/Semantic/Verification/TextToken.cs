namespace Pipeline.Caching;

/// <summary>A piece of a text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it is compared.</param>
/// <param name="IsName">Whether a word begins with a capital in the middle of a sentence.</param>
/// <param name="FollowsHyphen">Whether a hyphen ties it to the piece before.</param>
internal readonly record struct TextToken(TokenKind Kind, string Text, bool IsName = false, bool FollowsHyphen = false)
{
    public bool Is(string word) => Kind == TokenKind.Word && string.Equals(Text, word, StringComparison.Ordinal);
}
