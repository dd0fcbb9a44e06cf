using System.Diagnostics;
using System.Globalization;

namespace Pipeline.LimitingProcess;

/// <summary>A line of a process's log: what one grant took of one limit. Times are those of the machine, whose clock is the server's, too.</summary>
public sealed record GrantedCost
{
    /// <summary>Which of <see cref="AttackedLimits.Keys"/>.</summary>
    public required int Key { get; init; }

    /// <summary>Which of <see cref="AttackedLimits.Rules"/>.</summary>
    public required int Rule { get; init; }

    /// <summary>What was charged or is held.</summary>
    public required long Amount { get; init; }

    /// <summary>The clock before the call and after it.</summary>
    public required DateTime Began { get; init; }

    public required DateTime Ended { get; init; }

    /// <summary>The same on the monotonic clock, which all processes of a machine share.</summary>
    public required long OrderBegan { get; init; }

    public required long OrderEnded { get; init; }

    /// <summary>What may have been given back since.</summary>
    public long GivenBack { get; set; }

    /// <summary>When the call that may have given it back began.</summary>
    public long EndingBegan { get; set; } = long.MaxValue;

    public static (DateTime Time, long Order) Now => (DateTime.UtcNow, Stopwatch.GetTimestamp());

    public static GrantedCost Parse(string line)
    {
        var numbers = line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new()
        {
            Key = (int)numbers[0],
            Rule = (int)numbers[1],
            Amount = numbers[2],
            Began = new(numbers[3], DateTimeKind.Utc),
            Ended = new(numbers[4], DateTimeKind.Utc),
            OrderBegan = numbers[5],
            OrderEnded = numbers[6],
            GivenBack = numbers[7],
            EndingBegan = numbers[8],
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Key} {Rule} {Amount} {Began.Ticks} {Ended.Ticks} {OrderBegan} {OrderEnded} {GivenBack} {EndingBegan}");
}
