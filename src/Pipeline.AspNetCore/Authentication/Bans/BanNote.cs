namespace Pipeline.Authentication;

/// <summary>What a process remembers of an address, so that it need not ask the limiter for each request. Immutable.</summary>
/// <param name="IsBanned">Whether the address is banned.</param>
/// <param name="EndsAt">When the ban ends, as a timestamp of the clock.</param>
/// <param name="GoodUntil">Until when this counts without being asked again, as a timestamp of the clock.</param>
internal sealed record BanNote(bool IsBanned, long EndsAt, long GoodUntil);
