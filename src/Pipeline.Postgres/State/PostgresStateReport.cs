using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// What is notified of a change: <c>docs/formats.md</c>, "State on PostgreSQL, version 1". With the longest names it is far shorter than the 8,000 bytes that the
/// server takes.
/// </summary>
internal static class PostgresStateReport
{
    private const char Version = '1';
    private const char Written = 'w';
    private const char Deleted = 'd';
    private const char EndOfLength = ':';
    private const int LengthAt = 2;

    public static string Write(StateChangeKind kind, StateKey key) => string.Create(
        CultureInfo.InvariantCulture, $"{Version}{(kind == StateChangeKind.Written ? Written : Deleted)}{key.Space.Length}{EndOfLength}{key.Space}{key.Key}");

    /// <returns>Whether it is a report of this version.</returns>
    public static bool TryRead(string payload, [NotNullWhen(true)] out StateChange? change)
    {
        change = null;
        var end = payload.IndexOf(EndOfLength, StringComparison.Ordinal);
        if (end <= LengthAt
            || payload[0] != Version
            || payload[1] is not (Written or Deleted)
            || !int.TryParse(payload.AsSpan(LengthAt, end - LengthAt), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > payload.Length - end - 1)
        {
            return false;
        }

        var (space, key) = (payload.Substring(end + 1, length), payload[(end + 1 + length)..]);
        if (StoredName.FindProblem(space) is not null || StoredName.FindProblem(key) is not null)
        {
            return false;
        }

        change = new StateChange(payload[1] == Written ? StateChangeKind.Written : StateChangeKind.Deleted, new StateKey(space, key));
        return true;
    }
}
