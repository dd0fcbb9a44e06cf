using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>How the doctor's own checks word their figures.</summary>
internal static class Wording
{
    private const int MostNames = 5;

    /// <summary>Names in quotes, the first few of them.</summary>
    public static string Names(IReadOnlyCollection<string> names)
    {
        var shown = string.Join(", ", names.Order(StringComparer.Ordinal).Take(MostNames).Select(static name => $"'{name}'"));
        return names.Count > MostNames ? $"{shown} and {Number(names.Count - MostNames)} more" : shown;
    }

    /// <summary>A count with its noun: <c>1 queue</c>, <c>2 queues</c>.</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{Number(count)} {noun}s";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 * 1024 => $"{Number(bytes)} bytes",
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.#} GiB"),
    };

    /// <summary>A time as a setting has it.</summary>
    public static string Time(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);

    public static string Percent(double part) => part.ToString("0 %", CultureInfo.InvariantCulture);
}
