namespace Pipeline.Queues;

/// <summary>
/// What a receipt says of where its message stands. The token's lowest bits and the locator's carry the lane; since the token itself stands above them, tokens
/// still rise with every delivery.
/// </summary>
/// <param name="Lane">The lane.</param>
/// <param name="Seq">The place in it.</param>
/// <param name="Token">The token of the delivery.</param>
/// <param name="IsKeyed">Whether the message has an ordering key.</param>
internal readonly record struct PostgresReceipt(int Lane, long Seq, long Token, bool IsKeyed)
{
    private const int LaneBits = 16;
    private const int LaneMask = (1 << LaneBits) - 1;
    private const int SeqShift = LaneBits + 1;

    public static PostgresReceipt Of(QueueReceipt receipt) => new(
        (int)((receipt.AttemptToken & LaneMask) << LaneBits | (receipt.Locator & LaneMask)),
        receipt.Locator >> SeqShift,
        receipt.AttemptToken >> LaneBits,
        (receipt.Locator >> LaneBits & 1) != 0);

    public long AttemptToken => Token << LaneBits | (uint)(Lane >> LaneBits);

    public long Locator => Seq << SeqShift | (IsKeyed ? 1L << LaneBits : 0) | (uint)(Lane & LaneMask);
}
