using System.Globalization;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// What is notified of a change: <c>docs/formats.md</c>, "State on PostgreSQL, version 1". With the longest names it is far shorter than the 8,000 bytes that the
/// server takes.
/// </summary>
/// <param name="Number">Its number, by which one that is missing shows, and which of two of the same entry is the later one.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The entry.</param>
internal readonly record struct PostgresStateReport(long Number, StateChangeKind Kind, StateKey Key)
{
    private const char Version = '1';
    private const char Written = 'w';
    private const char Deleted = 'd';
    private const char EndOfLength = ':';
    private const char EndOfNumber = ':';
    private const int NumberAt = 2;

    public string Write() => string.Create(
        CultureInfo.InvariantCulture, $"{Version}{(Kind == StateChangeKind.Written ? Written : Deleted)}{Number}{EndOfNumber}{Key.Space.Length}{EndOfLength}{Key.Space}{Key.Key}");

    /// <returns>Whether it is a report of this version.</returns>
    public static bool TryRead(string payload, out PostgresStateReport report)
    {
        report = default;
        var endOfNumber = payload.IndexOf(EndOfNumber, StringComparison.Ordinal);
        var end = payload.IndexOf(EndOfLength, endOfNumber + 1);
        if (endOfNumber <= NumberAt
            || end < 0
            || payload[0] != Version
            || payload[1] is not (Written or Deleted)
            || !long.TryParse(payload.AsSpan(NumberAt, endOfNumber - NumberAt), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(payload.AsSpan(endOfNumber + 1, end - endOfNumber - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > payload.Length - end - 1)
        {
            return false;
        }

        var (space, key) = (payload.Substring(end + 1, length), payload[(end + 1 + length)..]);
        if (StoredName.FindProblem(space) is not null || StoredName.FindProblem(key) is not null)
        {
            return false;
        }

        report = new(number, payload[1] == Written ? StateChangeKind.Written : StateChangeKind.Deleted, new StateKey(space, key));
        return true;
    }
}
