namespace Pipeline.Caching;

/// <summary>What a piece of a text is.</summary>
internal enum TokenKind
{
    /// <summary>A word, in small letters.</summary>
    Word,

    /// <summary>A number in digits, in its shortest spelling.</summary>
    Number,

    /// <summary>What stands for itself: an identifier, an address, a path, something quoted.</summary>
    Literal,

    /// <summary>A sign that means something: a currency, an operator, a picture.</summary>
    Sign,
}
