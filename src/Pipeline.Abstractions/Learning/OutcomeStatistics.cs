namespace Pipeline.Learning;

/// <summary>What became of the runs of one step in which one intervention was tried.</summary>
/// <remarks>A learning with several interventions counts for each of them. Immutable, hence thread safe.</remarks>
/// <param name="Step">The step.</param>
/// <param name="Intervention">The intervention; <see langword="null"/> for the learnings that name none.</param>
/// <param name="Runs">How many learnings there are.</param>
/// <param name="Open">How many of them have no report yet.</param>
/// <param name="Outcomes">How often each outcome was reported for them. A learning can have several reports, one a follow-up run.</param>
public sealed record OutcomeStatistics(string Step, string? Intervention, long Runs, long Open, OutcomeCounts Outcomes);
