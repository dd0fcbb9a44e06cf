using System.Globalization;
using Microsoft.Extensions.Options;

namespace Pipeline.Backends;

/// <summary>
/// Collects what is wrong with a set of options, so that one error names every setting, the value's problem and the mend.
/// </summary>
/// <param name="owner">What the options belong to, for instance <c>Queue 'documents'</c>.</param>
/// <remarks>Used by validators at start. Not thread safe.</remarks>
public sealed class OptionProblems(string owner)
{
    private readonly List<string> _problems = [];

    /// <summary>Demands a value within a range.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="minimum">The least allowed.</param>
    /// <param name="maximum">The greatest allowed.</param>
    /// <param name="setting">The setting's name.</param>
    /// <param name="unit">The unit, for the message; empty for none.</param>
    public void Range<T>(T value, T minimum, T maximum, string setting, string unit = "")
        where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(minimum) < 0 || value.CompareTo(maximum) > 0)
        {
            var suffix = unit.Length == 0 ? "" : $" {unit}";
            Add(string.Create(CultureInfo.InvariantCulture, $"{setting} is {value}. Give a value from {minimum} to {maximum}{suffix}."));
        }
    }

    /// <summary>Demands a value that the enumeration names.</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="setting">The setting's name.</param>
    public void Defined<T>(T value, string setting)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add($"{setting} is {value}. Give one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    /// <summary>Demands a value that may be stored as a key or name.</summary>
    /// <param name="value">The value.</param>
    /// <param name="setting">The setting's name.</param>
    public void Name(string? value, string setting)
    {
        if (StoredName.FindProblem(value ?? "") is { } problem)
        {
            Add($"{setting}: {problem}");
        }
    }

    /// <summary>Demands a condition.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="problem">The setting, the value's problem and the mend, in a sentence or two.</param>
    public void Require(bool condition, string problem)
    {
        if (!condition)
        {
            Add(problem);
        }
    }

    /// <summary>Gives the verdict.</summary>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult ToResult() =>
        _problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_problems);

    private void Add(string problem) => _problems.Add($"{owner}: {problem}");
}
