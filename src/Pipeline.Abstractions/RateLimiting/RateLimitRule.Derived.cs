using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace Pipeline.RateLimiting;

public sealed partial record RateLimitRule
{
    /// <summary>The window of a fixed or calendar rule that a time falls into.</summary>
    /// <param name="time">The time, by the backend's clock.</param>
    /// <returns>The window's first moment, and the first moment after it, in UTC.</returns>
    /// <exception cref="InvalidOperationException">The rule is neither fixed nor calendar.</exception>
    public (DateTimeOffset Start, DateTimeOffset End) GetWindowAt(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        switch (Kind)
        {
            case RateLimitRuleKind.FixedWindow:
                var sinceEpoch = (utc - DateTimeOffset.UnixEpoch).Ticks;
                var intoWindow = ((sinceEpoch % Window.Ticks) + Window.Ticks) % Window.Ticks;
                var start = utc.AddTicks(-intoWindow);
                return (start, start + Window);
            case RateLimitRuleKind.CalendarDay:
                var day = new DateTimeOffset(utc.Year, utc.Month, utc.Day, 0, 0, 0, TimeSpan.Zero);
                return (day, day.AddDays(1));
            case RateLimitRuleKind.CalendarMonth:
                var month = new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero);
                return (month, month.AddMonths(1));
            default:
                throw new InvalidOperationException("Only fixed and calendar rules have windows that stand still.");
        }
    }

    /// <summary>The rule that this process applies by itself while the backend cannot be reached.</summary>
    /// <returns>
    /// The same rule with <see cref="LocalShare"/> as its limit. The refill of a bucket shrinks in the same proportion, rounded to the
    /// strict side.
    /// </returns>
    /// <exception cref="InvalidOperationException">The rule's fallback is not <see cref="RateLimitFallback.Local"/>.</exception>
    public RateLimitRule ToLocal()
    {
        if (LocalShare is not { } share)
        {
            throw new InvalidOperationException("The rule has no local share. Its fallback is not Local.");
        }

        if (Kind == RateLimitRuleKind.Unlimited)
        {
            return Unlimited;
        }

        var (refill, period) = Kind == RateLimitRuleKind.TokenBucket ? ShareOfRefill(share) : (0, Window);
        return new(Kind, share, period, refill) { Name = Name };
    }

    /// <summary>Describes the rule, for instance <c>100 in any 60 s</c>.</summary>
    /// <returns>The description, the same in every culture.</returns>
    public override string ToString() => Kind switch
    {
        RateLimitRuleKind.SlidingWindow => Invariant($"{Limit} in any {Duration(Window)}"),
        RateLimitRuleKind.TokenBucket when Limit == RefillAmount => Invariant($"{RefillAmount} per {Duration(Window)}"),
        RateLimitRuleKind.TokenBucket => Invariant($"{RefillAmount} per {Duration(Window)}, at most {Limit} at once"),
        RateLimitRuleKind.FixedWindow => Invariant($"{Limit} in each {Duration(Window)}"),
        RateLimitRuleKind.CalendarDay => Invariant($"{Limit} a day"),
        RateLimitRuleKind.CalendarMonth => Invariant($"{Limit} a month"),
        RateLimitRuleKind.Concurrency => Invariant($"{Limit} at the same time"),
        _ => Off,
    };

    private (long Refill, TimeSpan Period) ShareOfRefill(long share)
    {
        var amount = (Int128)RefillAmount * share;
        if (amount >= Limit)
        {
            return ((long)(amount / Limit), Window);
        }

        // Less than one unit a period: one unit in a longer period, rounded up.
        var milliseconds = (Int128)(Window.Ticks / TimeSpan.TicksPerMillisecond) * Limit;
        var longer = (milliseconds + amount - 1) / amount;
        var most = TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond;
        return (1, TimeSpan.FromTicks((long)Int128.Min(longer, most) * TimeSpan.TicksPerMillisecond));
    }

    private string MakeStateId()
    {
        var milliseconds = Window.Ticks / TimeSpan.TicksPerMillisecond;
        return Kind switch
        {
            RateLimitRuleKind.SlidingWindow => Invariant($"s{milliseconds}"),
            RateLimitRuleKind.TokenBucket => Invariant($"t{milliseconds}"),
            RateLimitRuleKind.FixedWindow => Invariant($"f{milliseconds}"),
            RateLimitRuleKind.CalendarDay => "d",
            RateLimitRuleKind.CalendarMonth => "m",
            RateLimitRuleKind.Concurrency => "c",
            _ => "",
        };
    }

    private static string Duration(TimeSpan duration) => duration.Ticks % TimeSpan.TicksPerSecond == 0
        ? Invariant($"{duration.Ticks / TimeSpan.TicksPerSecond} s")
        : Invariant($"{duration.Ticks / TimeSpan.TicksPerMillisecond} ms");

    private static long CheckAmount(long amount, [CallerArgumentExpression(nameof(amount))] string argument = "") => amount is >= 1 and <= MaxLimit
        ? amount
        : throw new ArgumentOutOfRangeException(argument, Invariant($"The {argument} is {amount}. Give a value from 1 to {MaxLimit}."));

    private static TimeSpan CheckWindow(TimeSpan window, [CallerArgumentExpression(nameof(window))] string argument = "")
    {
        if (window < MinWindow || window > MaxWindow)
        {
            throw new ArgumentOutOfRangeException(argument, $"The {argument} is {window}. Give a duration from 1 millisecond to 366 days.");
        }

        return window.Ticks % TimeSpan.TicksPerMillisecond == 0
            ? window
            : throw new ArgumentOutOfRangeException(argument, $"The {argument} is {window}. Give whole milliseconds.");
    }
}
