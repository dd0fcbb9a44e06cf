using System.Globalization;

namespace Pipeline.Crash;

/// <summary>What a message is and what becomes of it: a function of the run's seed and the message's number, so that every process knows it.</summary>
internal sealed record MessagePlan
{
    private const int Keys = 400;
    private const int Tenants = 5;

    public required MessageFate Fate { get; init; }

    /// <summary>How often it fails before it succeeds.</summary>
    public required int Failures { get; init; }

    public required MessageDetour Detour { get; init; }

    public required string Tenant { get; init; }

    public required string? OrderingKey { get; init; }

    public required int Priority { get; init; }

    /// <summary>How long after it was sent it comes due.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>How long after a failure or deferral it comes again.</summary>
    public required TimeSpan RetryDelay { get; init; }

    /// <summary>How long its handler takes.</summary>
    public required TimeSpan Work { get; init; }

    /// <summary>Whether its first handler takes longer than its lease, and so lives on renewals.</summary>
    public required bool OutlastsLease { get; init; }

    /// <summary>The queue that its completion adds a message to, or null.</summary>
    public required string? FollowUpQueue { get; init; }

    public required int BodyBytes { get; init; }

    /// <summary>How many failures and crashes make it a dead letter. Those that shall be done outlive any run.</summary>
    public int MaxDeliveries => Fate == MessageFate.Exhausted ? 3 : 1_000;

    /// <summary>The ordering key as the history knows it.</summary>
    public string? HistoryKey => OrderingKey is null ? null : $"{Tenant}/{OrderingKey}";

    public static MessagePlan Of(int seed, int number)
    {
        var dice = new Dice(((ulong)(uint)seed << 32) | (uint)number);
        var key = dice.Chance(400) ? string.Create(CultureInfo.InvariantCulture, $"key {dice.Next(Keys)}") : null;
        return new MessagePlan
        {
            Fate = dice.Next(1_000) switch { < 4 => MessageFate.Rejected, < 8 => MessageFate.Exhausted, _ => MessageFate.Done },
            Failures = dice.Next(1_000) switch { < 20 => 1, < 30 => 2, _ => 0 },
            Detour = dice.Next(1_000) switch { < 5 => MessageDetour.Deferred, < 10 => MessageDetour.Returned, _ => MessageDetour.None },
            Tenant = dice.Chance(250) ? string.Create(CultureInfo.InvariantCulture, $"tenant {dice.Next(Tenants)}") : "default",
            OrderingKey = key,
            Priority = dice.Chance(100) ? dice.Next(10) : 4,

            // A delayed message takes its place among those of its key when it comes due, so that its number says nothing about its place.
            Delay = key is null && dice.Chance(20) ? TimeSpan.FromMilliseconds(dice.Next(1_000)) : TimeSpan.Zero,
            RetryDelay = dice.Chance(500) ? TimeSpan.FromMilliseconds(dice.Next(300)) : TimeSpan.Zero,
            Work = dice.Chance(30) ? TimeSpan.FromMilliseconds(1 + dice.Next(20)) : TimeSpan.Zero,
            OutlastsLease = number % 5_000 == 2_500,
            FollowUpQueue = dice.Next(1_000) switch { < 20 => CrashQueues.Work, < 50 => CrashQueues.Next, _ => null },
            BodyBytes = CrashMessage.LeastBodyBytes + dice.Next(200),
        };
    }
}
