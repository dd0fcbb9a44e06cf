using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Caching;

/// <summary>One run for all callers who ask for a key at the same time.</summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "The source has neither a timer nor a link, and is told to cancel by whoever comes last, which may be after the flight.")]
internal abstract class Flight : KeyWork
{
    private readonly CancellationTokenSource _cancellation = new();

    protected Flight(string key, FlightTerms terms, EntryTags tags, long born)
        : base(key, tags, born) =>
        Terms = terms;

    public FlightTerms Terms { get; }

    /// <summary>Whether a caller may still join.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>How many callers wait.</summary>
    public int Callers { get; set; }

    /// <summary>Whether it goes on when nobody waits.</summary>
    public bool IsBackground { get; set; }

    /// <summary>Whether it makes a value anew that is still fresh.</summary>
    public bool IsRefresh { get; set; }

    /// <summary>The stale value that its callers have been answered with; <see langword="null"/> while they wait.</summary>
    public LocalEntry? EarlyAnswer { get; set; }

    /// <summary>Cancelled when all callers have gone, or the hard time-out has run out.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>Tells the run to stop. What that calls runs elsewhere, and what it throws concerns nobody here.</summary>
    public void Cancel() => Background.Observe(_cancellation.CancelAsync());
}
