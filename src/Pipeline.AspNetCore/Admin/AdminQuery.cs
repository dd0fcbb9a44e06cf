using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pipeline.Problems;

namespace Pipeline.Admin;

/// <summary>Reads the query of a request. What cannot be understood is refused by its name, never by its value.</summary>
internal static class AdminQuery
{
    public static string? Text(HttpContext context, string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <exception cref="HttpProblemException">The value is no time.</exception>
    public static DateTimeOffset? Time(HttpContext context, string name) => Text(context, name) switch
    {
        null => null,
        var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
        _ => throw Refuse($"'{name}' is no time. Give one such as 2026-01-31T00:00:00Z."),
    };

    /// <exception cref="HttpProblemException">The value is no whole number, or out of range.</exception>
    public static int Number(HttpContext context, string name, int otherwise, int least, int most) => Text(context, name) switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        _ => throw Refuse(string.Create(CultureInfo.InvariantCulture, $"'{name}' is no number from {least} to {most}. Give one.")),
    };

    /// <summary>A flag: there without a value, <c>true</c> or <c>false</c>.</summary>
    /// <exception cref="HttpProblemException">The value is something else.</exception>
    public static bool Flag(HttpContext context, string name) => context.Request.Query.TryGetValue(name, out var values) && values.ToString() switch
    {
        "" or "true" => true,
        "false" => false,
        _ => throw Refuse($"'{name}' is neither true nor false. Give one of them."),
    };

    /// <exception cref="HttpProblemException">The value is none that the enumeration names.</exception>
    public static T? Value<T>(HttpContext context, string name)
        where T : struct, Enum => Text(context, name) switch
        {
            null => null,
            var text when Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) => value,
            _ => throw Refuse($"'{name}' is none of {string.Join(", ", Enum.GetNames<T>())}. Give one of them."),
        };

    public static HttpProblemException Refuse(string detail) =>
        new(new HttpProblem(StatusCodes.Status400BadRequest, ProblemCodes.BadRequest, "Bad request", detail));
}
