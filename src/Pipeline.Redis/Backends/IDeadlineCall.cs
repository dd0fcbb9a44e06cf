namespace Pipeline.Backends;

/// <summary>A call that is given up when its time is over.</summary>
internal interface IDeadlineCall
{
    /// <summary>When its time is over, as a timestamp of the clock.</summary>
    long Deadline { get; }

    /// <summary>Where it stands among the calls of its stripe; negative if it stands nowhere.</summary>
    int Place { get; set; }

    /// <summary>Gives it up, unless it has ended. Called within a lock, so it only says so, and leaves the rest to the thread pool.</summary>
    void GiveUp();
}
