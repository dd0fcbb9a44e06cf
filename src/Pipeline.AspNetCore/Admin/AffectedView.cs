namespace Pipeline.Admin;

/// <summary>How many dead letters an order has affected.</summary>
internal sealed record AffectedView(long Count);
