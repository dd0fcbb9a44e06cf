namespace Pipeline.Crash;

/// <summary>What one run does.</summary>
internal sealed record CrashOptions
{
    public required string Backend { get; init; }

    /// <summary>How many messages are sent; their follow-ups come on top.</summary>
    public required int Messages { get; init; }

    /// <summary>How many worker processes there are at any time.</summary>
    public required int Workers { get; init; }

    /// <summary>How often a worker is killed, and replaced.</summary>
    public required TimeSpan BetweenKills { get; init; }

    /// <summary>How long the workers lease messages.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>How often the server is killed, and restarted.</summary>
    public required int ServerKills { get; init; }

    /// <summary>How often the server is paused.</summary>
    public required int ServerPauses { get; init; }

    /// <summary>How long it is paused.</summary>
    public required TimeSpan ServerPause { get; init; }

    /// <summary>How often a worker is paused past its lease, and continued.</summary>
    public required int WorkerPauses { get; init; }

    /// <summary>How often the connections of all clients are cut.</summary>
    public required int ClientCuts { get; init; }

    /// <summary>Decides what each message is, and who is killed when.</summary>
    public required int Seed { get; init; }

    /// <summary>What is wrong with the workers, to see that it is found.</summary>
    public required WorkerDefect Defect { get; init; }

    /// <summary>How long one call to the backend may take: short against a lease, so that it can be repeated within.</summary>
    public TimeSpan CommandTimeout => Lease / 3;
}
