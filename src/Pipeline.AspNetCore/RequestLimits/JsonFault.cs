namespace Pipeline.RequestLimits;

/// <summary>What is wrong with a JSON body.</summary>
internal enum JsonFault
{
    None = 0,

    /// <summary>It is not JSON, or not UTF-8.</summary>
    Invalid,

    TooDeep,
    TooManyItems,
    StringTooLong,
    StringsTooLong,
}
